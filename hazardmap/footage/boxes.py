"""The boxes of an MP4 or MOV file (ISO/IEC 14496-12): each a size, a kind and its content."""

import os
from collections.abc import Iterator
from struct import unpack_from
from typing import BinaryIO, Final

from hazardmap.footage.unusable import Broken

LARGEST_INDEX_BYTES: Final = 64_000_000
"""A day of video at 60 frames a second has half of that."""
MOST_SIDE_BY_SIDE: Final = 10_000


def boxes(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Kind and content of one box after the other. Raises Broken where one ends outside."""
    at = 0
    for _ in range(MOST_SIDE_BY_SIDE):
        if at + 8 > len(data):
            return
        head, size, kind = _header(data[at : at + 16], len(data) - at)
        yield kind, data[at + head : at + size]
        at += size
    raise Broken


def inside(data: memoryview, *path: bytes) -> memoryview | None:
    """The content of the first box along a path of kinds; None where there is none."""
    found: memoryview | None = data
    for kind in path:
        if found is None:
            return None
        found = next((content for name, content in boxes(found) if name == kind), None)
    return found


def index_of(file: BinaryIO) -> memoryview | None:
    """The content of `moov`, which says where everything is; None where a file has none.

    Only the heads of the other boxes are read, however large these are. Raises Broken.
    """
    end = file.seek(0, os.SEEK_END)
    at = 0
    for _ in range(MOST_SIDE_BY_SIDE):
        file.seek(at)
        start = memoryview(file.read(16))
        if len(start) < 8:
            return None
        head, size, kind = _header(start, end - at)
        if kind == b"moov":
            if size > LARGEST_INDEX_BYTES:
                raise Broken
            file.seek(at + head)
            return memoryview(file.read(size - head))
        at += size
    raise Broken


def _header(start: memoryview, room: int) -> tuple[int, int, bytes]:
    """Bytes of the header, bytes of the whole box, and its kind."""
    size, kind = unpack_from(">I4s", start)
    head = 8
    if size == 1 and len(start) >= 16:
        size, head = unpack_from(">Q", start, 8)[0], 16
    elif size == 0:
        size = room
    if not head <= size <= room:
        raise Broken
    return head, size, kind
