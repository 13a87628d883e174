"""Keep the folder of built tiles small, and free of what nobody forgets."""

import fcntl
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from django.conf import settings

from hazardmap.platform.disk import LAST_BYTES, SPARE_BYTES, free_bytes
from tiles.files import forget
from tiles.mercator import Tile

LIMIT_BYTES: Final = 2_000_000_000
LEFT_BYTES: Final = SPARE_BYTES + LAST_BYTES
"""Tiles can be built again: where the disk has less left, they make room for what cannot."""
BLOCK_BYTES: Final = 4096
NEW_IS_ABANDONED_S: Final = 60


class _File(NamedTuple):
    """layer: its folder's name. built: Unix seconds. size: what it takes of the disk at least."""

    path: str
    layer: str
    built: int
    size: int


def sweep(
    keep_s: Mapping[str, int | None], *, limit_bytes: int = LIMIT_BYTES, every_s: float = 0.0
) -> int:
    """Remove tiles that are too old, then the oldest until the rest fits; return how many.

    keep_s: by layer, how many seconds a tile is good, None: until it is forgotten. Tiles from
    before the machine's last start go too: their bytes may never have reached the disk. One process
    at a time; a second one does nothing, nor does one that comes sooner than every_s after another.
    """
    root = Path(settings.TILE_FILES)
    root.mkdir(parents=True, exist_ok=True)
    path = root / "sweep.lock"
    swept_s = path.stat().st_mtime if path.exists() else 0.0
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        if swept_s > max(time.time() - every_s, _started_s()):
            return 0
        by_second = Counter[int]()
        removed = _remove_old(root, keep_s, by_second)
        room = by_second.total() + free_bytes(root) - LEFT_BYTES
        removed += _remove_excess(root, by_second, min(limit_bytes, room))
        os.utime(path)
        return removed


def forget_layer(layer: str) -> int:
    """Forget every tile of a layer that there is, as files.forget does; return how many."""
    root = Path(settings.TILE_FILES)
    root.mkdir(parents=True, exist_ok=True)
    paths = [file.path for file in _files(root) if file.layer == layer]
    return forget(layer, {_tile(path) for path in paths})


def _tile(path: str) -> Tile:
    z, x, name = path.split("/")[-3:]
    return Tile(int(z), int(x), int(name.partition(".")[0]))


def _started_s() -> float:
    """When the machine did, in Unix seconds."""
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


def _remove_old(root: Path, keep_s: Mapping[str, int | None], left: Counter[int]) -> int:
    """left: gets the bytes that stay, by the second in which they were built."""
    now, started = time.time(), _started_s()

    def is_old(file: _File) -> bool:
        if file.path.endswith(".new"):
            old = file.built < now - NEW_IS_ABANDONED_S
        else:
            keep = keep_s.get(file.layer, 0)  # of a layer that is no more: nothing
            old = file.built < (started if keep is None else max(started, now - keep))
        if not old:
            left[file.built] += file.size
        return old

    return _remove(root, is_old)


def _remove_excess(root: Path, by_second: Counter[int], limit_bytes: int) -> int:
    """Whole seconds of builds go, the oldest first: there may be too many files for a list."""
    excess, last = by_second.total() - limit_bytes, -1
    for second in sorted(by_second):
        if excess <= 0:
            break
        excess -= by_second[second]
        last = second
    return _remove(root, lambda file: file.built <= last) if last >= 0 else 0


def _remove(root: Path, is_out: Callable[[_File], bool]) -> int:
    """Remove these files and the folders that they leave empty; how many files there were."""
    removed = 0
    for file in _files(root):
        if is_out(file):
            path = Path(file.path)
            path.unlink(missing_ok=True)
            removed += 1
            with suppress(OSError):  # not empty
                path.parent.rmdir()
                path.parent.parent.rmdir()
    return removed


def _files(root: Path) -> Iterator[_File]:
    for layer in [path.name for path in root.iterdir() if path.is_dir()]:
        for zoom in (root / layer).iterdir():
            for folder, _, names in os.walk(zoom):
                for name in names:
                    path = f"{folder}/{name}"
                    with suppress(FileNotFoundError):  # forgotten meanwhile
                        status = os.stat(path)  # noqa: PTH116 - of hundreds of thousands
                        size = max(status.st_size, BLOCK_BYTES)
                        yield _File(path, layer, int(status.st_mtime), size)
