"""A PMTiles archive (version 3), written beside its place and put there when it is complete."""

import errno
import fcntl
import gzip
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from hazardmap.platform.disk import SPARE_BYTES, free_bytes
from tiles.mercator import Tile

LEVEL: Final = 6
_E7: Final = 10_000_000


class Busy(Exception):
    """Another process is writing this archive."""


class Archive:
    """Takes tiles in the order of `in_order`."""

    def __init__(self, file: BinaryIO, folder: Path) -> None:
        self._writer, self._folder = Writer(file), folder
        # Tiles wait on the disk that the archive goes to: /tmp may be small, or memory.
        self._writer.tile_f.close()
        self._writer.tile_f = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - the writer closes it

    @staticmethod
    def in_order(tiles: Iterable[Tile]) -> Sequence[Tile]:
        """As an archive stores them, so that what lies together on the map does so in the file."""
        return sorted(tiles, key=_id)

    def add(self, tile: Tile, body: bytes) -> None:
        """body: the tile, not compressed. Raises OSError where the disk would become full."""
        if free_bytes(self._folder) - self._writer.offset < SPARE_BYTES:  # it is copied at the end
            raise OSError(errno.ENOSPC, "there is too little room on the disk")
        self._writer.write_tile(_id(tile), gzip.compress(body, LEVEL, mtime=0))

    def finish(self, metadata: Mapping[str, Any], bounds: Sequence[float]) -> None:
        """Write the file. bounds: west, south, east, north in degrees."""
        if not self._writer.tile_entries:  # the format knows no archive without any tile
            self.add(Tile(0, 0, 0), b"")
        west, south, east, north = (round(side * _E7) for side in bounds)
        header = {
            "tile_type": TileType.MVT,
            "tile_compression": Compression.GZIP,
            "min_lon_e7": west,
            "min_lat_e7": south,
            "max_lon_e7": east,
            "max_lat_e7": north,
            "center_zoom": 0,
            "center_lon_e7": (west + east) // 2,
            "center_lat_e7": (south + north) // 2,
        }
        self._writer.finalize(header, dict(metadata))


@contextmanager
def writing(path: Path) -> Iterator[Archive]:
    """An archive that takes the place of `path` where the block ends well; else nothing changes.

    Raises Busy.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # A file of its own, which stays where it is: the archive itself is moved while it is locked.
    with path.with_suffix(".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None
        partial = path.with_suffix(".partial")
        try:
            with partial.open("wb") as file:
                yield Archive(file, path.parent)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def _id(tile: Tile) -> int:
    return int(zxy_to_tileid(tile.z, tile.x, tile.y))
