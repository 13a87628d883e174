"""Built tiles as files: made once, served as they are, removed exactly when they change.

`{layer}/{z}/{x}/{y}.mvt.gz` is a tile, `{y}.empty` says that there is nothing in it, `{y}.new` is
the one being built. Whoever holds the lock of `.new` builds, the others wait for the result. `.new`
is made before the database is read and gets its final name by a link, and `forget` unlinks it:
a file without any name cannot be linked again (linkat(2)), so a build that a change has overtaken
cannot leave its result behind as if it were fresh.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from isal import igzip

from hazardmap.platform.disk import NO_ROOM, SPARE_BYTES, free_bytes
from tiles.mercator import Tile

Build = Callable[[], bytes | None]
FULL, EMPTY, NEW = ".mvt.gz", ".empty", ".new"
LEVEL: Final = 2  # a third or less of zlib's time, for tiles that are 5 to 15 % larger
PATIENCE_S: Final = 3.0
POLL_S: Final = 0.005
_MARK: Final = "forgotten"


class Unavailable(Exception):
    """There is no such tile at the moment; the message says why. Ask again in a few seconds."""


@dataclass(frozen=True, slots=True)
class Built:
    """A tile. body: gzipped, None where the tile is empty.

    stamp: when it was built, Unix seconds; two versions of a tile never share it.
    """

    body: bytes | None
    stamp: int

    @property
    def etag(self) -> str:
        """Without quotes; the same that nginx makes of the file."""
        return f"{self.stamp:x}-{len(self.body or b''):x}"

    def is_fresh(self, keep_s: int | None) -> bool:
        return keep_s is None or time.time() - self.stamp <= keep_s


def fetch(
    layer: str,
    tile: Tile,
    build: Build,
    keep_s: int | None,
    is_hopeless: Callable[[], bool] = lambda: False,
) -> Built:
    """The tile, built now unless there is a file of it.

    keep_s: how many seconds a file is good for; None: until it is forgotten. Raises what `build`
    raises, and Unavailable where somebody else's build of this tile takes too long or
    `is_hopeless`; where an older file is left, that one is returned instead.
    """
    path = _path(layer, tile)
    old = _read(path)
    if old and old.is_fresh(keep_s):
        return old
    try:
        return _fetch_in_turn(layer, path, build, keep_s, is_hopeless)
    except Unavailable:
        if old:
            return old
        raise
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        return _made(layer, build)  # not even a name to build it under


def forget(layer: str, tiles: Iterable[Tile]) -> int:
    """Remove exactly these tiles, and what is being built of them; return how many were there.

    Call it when the change is committed: what is built from then on is kept again. May be
    repeated; one process at a time for one layer.
    """
    paths = [_path(layer, tile) for tile in tiles]
    if paths:
        _mark_forgotten(layer)
    # Most tiles have never been asked for: without a folder there is nothing to look for. First the
    # build, then the file: a build that ends in between has just made the file.
    is_there = cache(os.path.isdir)
    return sum(
        any([_unlinked(path + NEW), _unlinked(path + FULL), _unlinked(path + EMPTY)])
        for path in paths
        if is_there(path.rpartition("/")[0])
    )


def packed(raw: bytes) -> bytes:
    """A tile as it is kept and sent (gzip)."""
    return igzip.compress(raw, LEVEL, mtime=0)


def _fetch_in_turn(
    layer: str, path: str, build: Build, keep_s: int | None, is_hopeless: Callable[[], bool]
) -> Built:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        new = _open_new(path)
        try:
            _lock(new, deadline, is_hopeless)
            try:
                built = _read(path)
                if built and built.is_fresh(keep_s):
                    return built  # made while we waited
                if _has_name(new, path + NEW):
                    return _build(new, layer, path, build, has_old=built is not None)
            finally:  # and not where we gave up waiting: then it is somebody else's
                if _has_name(new, path + NEW):
                    _unlinked(path + NEW)
        finally:
            os.close(new)


def _build(new: int, layer: str, path: str, build: Build, *, has_old: bool) -> Built:
    """has_old: whether there is a file, which is too old to be good."""
    built = _made(layer, build)
    if free_bytes(new) >= SPARE_BYTES:
        try:
            _keep(new, path, built, has_old=has_old)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
    return built


def _made(layer: str, build: Build) -> Built:
    stamp = _stamp(layer)  # before the database is read
    raw = build()
    return Built(packed(raw) if raw else None, stamp)


def _keep(new: int, path: str, built: Built, *, has_old: bool) -> None:
    if os.fstat(new).st_size:  # a killed build has left half a tile
        os.ftruncate(new, 0)  # makes ext4 write at once what follows: milliseconds
    if built.body and os.write(new, built.body) < len(built.body):
        return  # no room after all
    os.utime(new, (built.stamp, built.stamp))
    if has_old:
        for suffix in (FULL, EMPTY):
            _unlinked(path + suffix)
    with suppress(FileNotFoundError, FileExistsError):  # forgotten: it has no name any more
        # With a folder's descriptor Python calls linkat, which follows /proc to the open file.
        os.link(f"/proc/self/fd/{new}", path + (FULL if built.body else EMPTY), src_dir_fd=new)


def _stamp(layer: str) -> int:
    """Now; or later, so that no tile from before the last `forget` can have the same stamp."""
    try:
        forgotten = os.stat(_mark(layer)).st_mtime  # noqa: PTH116 - paths are strings here
    except FileNotFoundError:
        forgotten = 0.0
    return max(int(time.time()), int(forgotten) + 1)


def _mark_forgotten(layer: str) -> None:
    stamp = _stamp(layer)
    mark = _mark(layer)
    try:
        os.utime(mark, (stamp, stamp))
    except FileNotFoundError:
        Path(mark).parent.mkdir(parents=True, exist_ok=True)
        Path(mark).touch()
        os.utime(mark, (stamp, stamp))


def _mark(layer: str) -> str:
    return f"{settings.TILE_FILES}/{layer}/{_MARK}"


def _path(layer: str, tile: Tile) -> str:
    """Without a suffix. A string: a cached tile costs a few microseconds."""
    return f"{settings.TILE_FILES}/{layer}/{tile.z}/{tile.x}/{tile.y}"


def _read(path: str) -> Built | None:
    for suffix in (FULL, EMPTY):
        try:
            file = os.open(path + suffix, os.O_RDONLY)
        except FileNotFoundError:
            continue
        try:
            status = os.fstat(file)
            body = os.read(file, status.st_size) if suffix == FULL else None
        finally:
            os.close(file)
        return Built(body, int(status.st_mtime))
    return None


def _open_new(path: str) -> int:
    while True:
        try:
            return os.open(path + NEW, os.O_RDWR | os.O_CREAT, 0o644)
        except FileNotFoundError:  # also where the folder has just been swept away
            Path(path).parent.mkdir(parents=True, exist_ok=True)


def _lock(file: int, deadline: float, is_hopeless: Callable[[], bool]) -> None:
    """Wait for the one who builds; the kernel frees the lock of a killed one."""
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline or is_hopeless():
                raise Unavailable("The tile is being built.") from None
            time.sleep(POLL_S)
        else:
            return


def _has_name(file: int, name: str) -> bool:
    try:
        return os.path.samestat(os.fstat(file), os.stat(name))  # noqa: PTH116 - as above
    except FileNotFoundError:
        return False


def _unlinked(path: str) -> bool:
    try:
        os.unlink(path)  # noqa: PTH108 - as above
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True
