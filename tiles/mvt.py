"""Mapbox Vector Tiles 2.1 as bytes: a feature, the fixed part of a layer, a layer.

A layer is a protobuf message, and protobuf lets the parts of a message follow one another in any
number: a tile is made by putting finished features behind a header. Source: the Vector Tile
Specification 2.1 and its vector_tile.proto.
"""

import struct
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final

EXTENT: Final = 4096
Ring = Sequence[tuple[int, int]]
"""Corners in units of the tile, y downwards; of a polygon without repeating the first."""

_BYTES, _FLOAT = 2, 5
_MOVE, _LINE, _CLOSE = 1, 2, 15


class Shape(IntEnum):
    """What a feature's geometry is."""

    POINT = 1
    LINES = 2
    POLYGONS = 3


def varint(number: int) -> bytes:
    """A whole number ≥ 0 in as few bytes as protobuf needs."""
    return _SMALL[number] if number < len(_SMALL) else _varint(number)


def padded_varint(number: int, size: int) -> bytes:
    """The same number in exactly `size` bytes, as every reader of protobuf takes it.

    Raises ValueError if it needs more.
    """
    if number >> 7 * size:
        raise ValueError(f"{number} does not fit into {size} bytes")
    low = [number >> 7 * i & 0x7F | 0x80 for i in range(size - 1)]
    return bytes([*low, number >> 7 * (size - 1)])


def varints(packed: bytes) -> list[int]:
    """The numbers of a packed field."""
    numbers, number, shift = [], 0, 0
    for byte in packed:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(number)
            number = shift = 0
    return numbers


def tags(pairs: Iterable[tuple[int, int]]) -> bytes:
    """Indices of keys and of values, as the content of a feature's tags."""
    return b"".join(varint(key) + varint(value) for key, value in pairs)


def feature(id_: int, packed_tags: bytes, shape: Shape, geometry: bytes) -> bytes:
    """A finished feature, to be put behind a layer's header."""
    return _field(
        2,
        b"\x08" + varint(id_) + _field(2, packed_tags) + bytes([0x18, shape]) + _field(4, geometry),
    )


def polygons(rings: Iterable[Ring]) -> bytes:
    """Geometry of outer rings, each with a positive area by the surveyor's formula."""
    return _strokes(rings, closed=True)


def lines(paths: Iterable[Ring]) -> bytes:
    """Geometry of lines with two corners or more each."""
    return _strokes(paths, closed=False)


def point(x: int, y: int) -> bytes:
    """Geometry of a single point."""
    return b"".join(map(varint, (_command(_MOVE, 1), _zigzag(x), _zigzag(y))))


def header(name: str, keys: Iterable[str], values: Iterable[bytes]) -> bytes:
    """What precedes the features of a layer; values are those of the four functions below."""
    return b"".join(
        (
            b"\x78\x02",
            _field(1, name.encode()),
            b"\x28" + varint(EXTENT),
            *(_field(3, key.encode()) for key in keys),
            *values,
        )
    )


def layer(head: bytes, *bodies: bytes) -> bytes:
    """A layer; layers one after the other are a tile."""
    size = len(head) + sum(map(len, bodies))
    return b"".join((b"\x1a", varint(size), head, *bodies))


def text_value(text: str) -> bytes:
    return _field(4, _field(1, text.encode()))


def float_value(number: float) -> bytes:
    """Single precision."""
    return _field(4, bytes([2 << 3 | _FLOAT]) + struct.pack("<f", number))


def uint_value(number: int) -> bytes:
    return _field(4, b"\x28" + varint(number))


def bool_value(yes: bool) -> bytes:
    return _field(4, bytes([0x38, yes]))


def _strokes(paths: Iterable[Ring], *, closed: bool) -> bytes:
    out: list[int] = []
    here_x = here_y = 0
    for path in paths:
        for i, (x, y) in enumerate(path):
            if i == 0:
                out.append(_command(_MOVE, 1))
            elif i == 1:
                out.append(_command(_LINE, len(path) - 1))
            out += (_zigzag(x - here_x), _zigzag(y - here_y))
            here_x, here_y = x, y
        if closed:
            out.append(_CLOSE)
    return b"".join(map(varint, out))


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | _BYTES]) + varint(len(content)) + content


def _command(what: int, count: int) -> int:
    return what | count << 3


def _zigzag(number: int) -> int:
    return number << 1 if number >= 0 else (-number << 1) - 1


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


_SMALL: Final = [_varint(number) for number in range(1 << 14)]
