"""Where pictures come from, under which licence, and what is to be known about them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SOURCES: Final = Path(__file__).with_name("sources.toml")


@dataclass(frozen=True, slots=True)
class Source:
    """One source of pictures. doubtful: its licence, or who may give one."""

    name: str
    origin: str
    licence: str
    note: str = ""
    doubtful: bool = False


def load_sources() -> tuple[Source, ...]:
    """All sources, in the order of the file."""
    with SOURCES.open("rb") as stream:
        return tuple(Source(**table) for table in tomllib.load(stream)["source"])


def doubtful_sources() -> frozenset[str]:
    """The names of those whose pictures may not be good to hand on."""
    return frozenset(each.name for each in load_sources() if each.doubtful)
