"""The fixed scenario of the fusion benchmark, refused when it has been changed."""

import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_name("sim.toml")
SHA256 = "07e52155fbb1b48bb8c26906de1fbbb04926ada4ebb3bb4c124f47a63ee8e0a3"

Scenario = dict[str, Any]


def scenario(*, blocks: int | None = None, liars: float | None = None) -> Scenario:
    """The scenario as parsed. blocks: a smaller town and fleet. liars: the attack.

    Raises ValueError where the file is not the one that the figures are about.
    """
    raw = FILE.read_bytes()
    if sha256(raw).hexdigest() != SHA256:
        raise ValueError(f"{FILE.name} is not the fixed scenario")
    parsed = tomllib.loads(raw.decode())
    if blocks is not None:
        share = blocks**2 / np.prod(parsed["world"]["grid_blocks"])
        parsed["world"]["grid_blocks"] = [blocks, blocks]
        for fleet in ("vehicles", "accounts"):
            parsed["traffic"][fleet] = max(10, round(parsed["traffic"][fleet] * share))
    if liars is not None:
        parsed["people"]["liars"] = liars
    return parsed
