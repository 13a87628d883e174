"""A file that a command is given by its name; `-` is its input: a container has no other."""

import sys
from pathlib import Path


def given_text(path: Path) -> str:
    """What it holds. Raises OSError and UnicodeDecodeError."""
    return sys.stdin.read() if path == Path("-") else path.read_text()
