"""GPMF, the telemetry of GoPro cameras: keys with their values, some of which hold more keys.

See github.com/gopro/gpmf-parser. A head has key, type, bytes of one value and how many follow.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from struct import calcsize, iter_unpack, unpack_from
from typing import Final

from hazardmap.footage.unusable import Broken

COMPLEX: Final = ord("?")
_FORMS: Final = dict(zip("bBsSlLfdjJ", "bBhHiIfdqQ", strict=True))
"""Their letter for a type, and that of `struct`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """type_: a letter, as its code; bytes_each: of one value, which may have several columns."""

    key: bytes
    type_: int
    bytes_each: int
    data: memoryview

    def text(self) -> str:
        return bytes(self.data).decode("latin-1").strip("\x00 ")

    def rows(self, columns: str = "") -> list[tuple[float, ...]]:
        """Its values as numbers. columns: a type for each, where it is complex. Raises Broken."""
        letters = columns if self.type_ == COMPLEX else chr(self.type_)
        try:
            form = "".join(_FORMS[letter] for letter in letters)
        except KeyError as error:
            raise Broken from error
        if self.type_ != COMPLEX and form:
            form *= self.bytes_each // calcsize(f">{form}")
        if not form or calcsize(f">{form}") != self.bytes_each:
            raise Broken
        return list(iter_unpack(f">{form}", self.data))


def entries(data: memoryview) -> Iterator[Entry]:
    """One after the other. Raises Broken where one ends outside."""
    at = 0
    while at + 8 <= len(data):
        key, type_, bytes_each, count = unpack_from(">4sBBH", data, at)
        if key == b"\0\0\0\0":
            return  # what fills up the end
        size = bytes_each * count
        if at + 8 + size > len(data):
            raise Broken
        yield Entry(key, type_, bytes_each, data[at + 8 : at + 8 + size])
        at += 8 + (size + 3) // 4 * 4
