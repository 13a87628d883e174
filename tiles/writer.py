"""A layer written at run time, for what is asked for seldom: values are collected as they come."""

from collections.abc import Mapping
from typing import Final

from tiles import mvt

Value = bool | int | float | str
BUDGET_BYTES: Final = 500_000
"""A tile is hardly larger, not compressed; what has no room is counted in it (`truncated`)."""
FEATURE_ID_MASK: Final = (1 << 53) - 1
"""What of an id is exact in JavaScript's numbers."""


class Writer:
    """Takes features and gives them back as the bytes of one layer."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._keys: dict[str, int] = {}
        self._values: dict[bytes, int] = {}
        self._features: list[bytes] = []

    def add(
        self, id_: int, properties: Mapping[str, Value], shape: mvt.Shape, geometry: bytes
    ) -> None:
        """A feature; of its id the last 53 bits count."""
        tags = mvt.tags(
            (
                self._keys.setdefault(key, len(self._keys)),
                self._values.setdefault(_encoded(value), len(self._values)),
            )
            for key, value in properties.items()
        )
        self._features.append(mvt.feature(id_ & FEATURE_ID_MASK, tags, shape, geometry))

    def layer(self) -> bytes:
        """Nothing where nothing was added: a layer without features is none."""
        if not self._features:
            return b""
        return mvt.layer(mvt.header(self._name, self._keys, self._values), *self._features)


def truncated(shown: int, left_out: int, name: str = "truncated") -> bytes:
    """A layer with one point, in the middle of the tile, that says how much is not in it."""
    writer = Writer(name)
    middle = mvt.point(mvt.EXTENT // 2, mvt.EXTENT // 2)
    writer.add(1, {"shown": shown, "left_out": left_out}, mvt.Shape.POINT, middle)
    return writer.layer()


def _encoded(value: Value) -> bytes:
    if isinstance(value, bool):
        return mvt.bool_value(value)
    if isinstance(value, int):
        return mvt.uint_value(value)
    if isinstance(value, float):
        return mvt.float_value(value)
    return mvt.text_value(value)
