"""Streams that were run already, kept under var/ as long as nothing that they came from changes.

A stream of the whole scenario takes minutes; a run that is interrupted goes on where it was left.
"""

import pickle
import sys
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from hazardmap.core.fusion.params import FusionParams
from tests.bench.fusion.figures import Summary

_ROOT = Path(__file__).parents[3]
_KEPT = _ROOT / "var" / "bench-fusion"
_SOURCES = ("hazardmap/core", "tests/sim", "tests/bench/fusion")
_READERS = frozenset({"__main__.py", "kept.py", "report.py"})
"""Files of the benchmark that only tell what a stream has left."""


@cache
def _code() -> bytes:
    """Of what this process has imported when it first asks, whatever is edited while it runs."""
    digest = sha256()
    for path in sorted({*imported(), *(_ROOT / "tests/sim").glob("*.toml")}):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.digest()


def imported() -> set[Path]:
    """Files that figures come from, in whatever folder of `_SOURCES`."""
    named = [getattr(module, "__file__", None) for module in [*sys.modules.values()]]
    files = {Path(name) for name in named if name}
    places = {_ROOT / folder for folder in _SOURCES}
    return {path for path in files if places & {*path.parents} and path.name not in _READERS}


@dataclass(frozen=True)
class Stream:
    """One stream: days and blocks are None for the whole scenario, liars is None for honest."""

    seed: int
    days: float | None
    blocks: int | None
    liars: float | None
    params: FusionParams

    @property
    def file(self) -> Path:
        """Where its summary is kept, for the code and the parameters as they are now."""
        liars = "honest" if self.liars is None else f"liars{self.liars:g}"
        name = f"{self.seed}-{self.days or 'all'}d-{self.blocks or 'all'}b-{liars}"
        digest = sha256(repr(self.params).encode() + _code()).hexdigest()[:16]
        return _KEPT / f"{name}-{digest}.pickle"

    def kept(self) -> Summary | None:
        """What it gave, if it was run with this code before."""
        if not self.file.exists():
            return None
        summary = pickle.loads(self.file.read_bytes())  # noqa: S301 - written by `keep` only
        assert isinstance(summary, Summary)
        return summary

    def keep(self, summary: Summary) -> None:
        """Whole or not at all."""
        _KEPT.mkdir(parents=True, exist_ok=True)
        partial = self.file.with_suffix(".partial")
        partial.write_bytes(pickle.dumps(summary))
        partial.replace(self.file)
