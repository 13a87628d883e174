"""Manifests of made-up weights, one network for each role."""

import hashlib
import json
from pathlib import Path

FILE = '[[file]]\npath = "{path}"\nsha256 = "{sha256}"\nsize = {size}\nlicence = "MIT"\n{more}\n'
MODEL = """
[[model]]
name = "{role}-net"
version = "2"
role = "{role}"
path = "{role}.pt"
threshold = 0.3
long_side_px = 640
recall = "recall.json"
classes = ["kine", "car"]
context = ["car"]
kinds = {{ kine = "cow" }}
"""


def manifest_of(folder: Path, roles: list[str]) -> Path:
    """One with a model for each role, and their files."""
    folder.mkdir(exist_ok=True)
    text = ""
    for role in roles:
        content = f"weights of {role}".encode()
        (folder / f"{role}.pt").write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        text += FILE.format(path=f"{role}.pt", sha256=digest, size=len(content), more="")
    text += "".join(MODEL.format(role=role) for role in roles)
    (folder / "recall.json").write_text(json.dumps({"version": "hazards-net-2"}))
    (folder / "manifest.toml").write_text(text)
    return folder / "manifest.toml"
