"""Keep the folder of built tiles small, and free of what nobody forgets."""

import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from django.conf import settings

LIMIT_BYTES: Final = 4_000_000_000
BLOCK_BYTES: Final = 4096
NEW_IS_ABANDONED_S: Final = 60


def sweep(keep_s: Mapping[str, int | None], *, limit_bytes: int = LIMIT_BYTES) -> int:
    """Remove tiles that are too old, then the oldest until what is left fits; return how many.

    keep_s: by layer, how many seconds a tile is good, None: until it is forgotten. Tiles from
    before the machine's last start go too: their bytes may never have reached the disk. One process
    at a time; a second one does nothing.
    """
    root = Path(settings.TILE_FILES)
    root.mkdir(parents=True, exist_ok=True)
    with (root / "sweep.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        return sum(_sweep(root, keep_s, limit_bytes))


def _sweep(root: Path, keep_s: Mapping[str, int | None], limit_bytes: int) -> Iterator[int]:
    now = time.time()
    started = now - time.clock_gettime(time.CLOCK_BOOTTIME)
    young: list[tuple[float, int, Path]] = []
    for layer in root.iterdir():
        if layer.is_dir():
            keep = keep_s.get(layer.name, 0)  # of a layer that is no more: nothing
            earliest = started if keep is None else max(started, now - keep)
            for built, size, path in _tiles(layer):
                limit = now - NEW_IS_ABANDONED_S if path.suffix == ".new" else earliest
                if built < limit:
                    yield _remove(path, root)
                else:
                    young.append((built, size, path))
    excess = sum(size for _, size, _ in young) - limit_bytes
    for _, size, path in sorted(young):
        if excess <= 0:
            return
        excess -= size
        yield _remove(path, root)


def _tiles(layer: Path) -> Iterator[tuple[float, int, Path]]:
    """When each file was built, what it takes of the disk at least, and its path."""
    for zoom in layer.iterdir():
        for folder, _, names in os.walk(zoom):
            for name in names:
                path = Path(folder, name)
                with suppress(FileNotFoundError):  # forgotten meanwhile
                    status = path.stat()
                    yield status.st_mtime, max(status.st_size, BLOCK_BYTES), path


def _remove(path: Path, root: Path) -> int:
    """Remove a tile and the folders that it leaves empty; 1."""
    path.unlink(missing_ok=True)
    with suppress(OSError):  # not empty
        for folder in path.parents:
            if folder.parent in {root, root.parent}:
                break
            folder.rmdir()
    return 1
