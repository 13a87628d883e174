"""Keys that must not get tiles, each as a file: nginx and we look for it at every tile."""

from collections.abc import Collection
from pathlib import Path
from typing import Final

from django.conf import settings

EVERYBODY: Final = "everybody"
"""In place of a key: nginx gives no buyer a tile, since it could not note who had it."""


def deny(kids: Collection[str]) -> None:
    """From now on exactly these keys are refused."""
    folder = Path(settings.TILE_DENIED)
    folder.mkdir(parents=True, exist_ok=True)
    there = {path.name for path in folder.iterdir()}
    for kid in there - set(kids):  # first: on a full disk it makes room
        (folder / kid).unlink(missing_ok=True)
    for kid in set(kids) - there:
        (folder / kid).touch()
