"""The boxes of an MP4 or MOV file (ISO/IEC 14496-12): each a size, a kind and its content."""

import os
from collections.abc import Iterator
from contextlib import suppress
from struct import unpack_from
from typing import BinaryIO, Final

from hazardmap.footage.unusable import Broken

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


def content_of(file: BinaryIO, *path: bytes, most_bytes: int) -> memoryview | None:
    """The content of the first box of a file along a path of kinds; None where there is none.

    Only the heads of the other boxes are read, however large these are; the first that is no box,
    such as what some cameras append, ends the search. Raises Broken where it is too much.
    """
    end = file.seek(0, os.SEEK_END)
    found = None
    with suppress(Broken):
        found = next(_spans(file, 0, end, path), None)
    if found is None:
        return None
    if found[1] - found[0] > most_bytes:
        raise Broken
    file.seek(found[0])
    return memoryview(file.read(found[1] - found[0]))


def _spans(
    file: BinaryIO, begin: int, end: int, path: tuple[bytes, ...]
) -> Iterator[tuple[int, int]]:
    """Where the contents along a path begin and end."""
    at = begin
    for _ in range(MOST_SIDE_BY_SIDE):
        if at + 8 > end:
            return
        file.seek(at)
        head, size, kind = _header(memoryview(file.read(16)), end - at)
        if kind == path[0] and len(path) == 1:
            yield at + head, at + size
        elif kind == path[0]:
            # What is called `free` may as well hold anything that is no box.
            with suppress(Broken):
                yield from _spans(file, at + head, at + size, path[1:])
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
