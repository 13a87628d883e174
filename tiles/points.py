"""Single hazards: what a row keeps, so that a tile is put together from rows without a loop.

The values of a layer are counted through in the order in which they stand in it. The first are a
dictionary that all features share. Behind it the n-th hazard of a tile brings a few values of its
own, OWN in number, so their indices follow from n alone: these tags, the slots, stand ready for
all n. SQL strings the own values together, and heads with places (sql/hazards.sql); `body` puts the
slots between these. Whatever may differ in length is padded, so that all features have one length.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hazardmap.core.answers.public import public
from hazardmap.core.fusion.hazard import LIVE, Hazard
from hazardmap.core.geometry.grid import SINGLE_HAZARDS_FROM_ZOOM
from hazardmap.core.kinds import KINDS, Group
from tiles import mvt
from tiles.device_groups import Part
from tiles.mercator import GRID_ZOOM, place_at, quadkey
from tiles.writer import FEATURE_ID_MASK

EVERY_DEVICE_FROM_ZOOM: Final = 15
MOST_SHOWN: Final = 2_700
"""Hazards in one tile: as many as fit into the budget with the longest values."""
COUNT_LIMIT: Final = 255

SHARED: Final = (
    *("kind", "group", "state", "severity", "passes", "witnesses"),
    *("published", "confirmed", "simulated", "devices"),
)
OWN: Final = ("id", "p", "t", "half_life", "radius_m", "first_seen", "last_seen")
KEYS: Final = (*SHARED, *OWN)
_WORDS: Final = (*KINDS, *Group, *sorted(LIVE))
_DICTIONARY: Final[dict[int | str, int]] = {
    **{number: number for number in range(COUNT_LIMIT + 1)},
    **{word: i for i, word in enumerate(_WORDS, start=COUNT_LIMIT + 3)},
}
_NO: Final = COUNT_LIMIT + 1
_FIRST_OWN: Final = COUNT_LIMIT + 3 + len(_WORDS)
HEADER: Final = mvt.header(
    "hazards",
    KEYS,
    [
        *map(mvt.uint_value, range(COUNT_LIMIT + 1)),
        *map(mvt.bool_value, (False, True)),
        *map(mvt.text_value, _WORDS),
    ],
)
_SHARED_INDEX_BYTES: Final = 2
_INDEX_BYTES: Final = 3
_ID_BYTES: Final = 8
_SHARED_BYTES: Final = len(SHARED) * (1 + _SHARED_INDEX_BYTES)
_SLOT_BYTES: Final = len(OWN) * (1 + _INDEX_BYTES)
_POINT: Final = b"\x18\x01\x22\x05\x09"
"""A point, whose coordinates follow."""
PLACE_BYTES: Final = 4


class Record(NamedTuple):
    """A row of tiles_hazardfeature, in the order of its columns.

    x, y: in units of a tile of GRID_ZOOM from the north-western corner of the world. quadkey: of
    that tile. from_zoom: below it the leader of its group is drawn for it. own: its values; head:
    its feature up to the tags that say where these are.
    """

    hazard_id: str
    quadkey: int
    x: int
    y: int
    from_zoom: int
    devices: int
    severity: int
    own: bytes
    head: bytes


def record(hazard: Hazard, part: Part) -> Record:
    """A live hazard as a row; part: of its device group."""
    hazard = public(hazard)
    x, y = place_at(hazard.lon, hazard.lat)
    return Record(
        str(hazard.id),
        quadkey(x // mvt.EXTENT, y // mvt.EXTENT, GRID_ZOOM),
        x,
        y,
        SINGLE_HAZARDS_FROM_ZOOM if part.leads else EVERY_DEVICE_FROM_ZOOM,
        part.devices,
        hazard.severity,
        _own(hazard),
        _head(hazard, part.devices),
    )


def body(count: int, own: bytes, heads: bytes) -> bytes:
    """Finished features from the own values and the heads with places of hazards in one order.

    Raises ValueError where these are of an earlier release.
    """
    if len(heads) != count * (HEAD_BYTES + PLACE_BYTES):
        raise ValueError("heads of another form")
    drawn = np.frombuffer(heads, np.uint8).reshape(-1, HEAD_BYTES + PLACE_BYTES)
    slots = _SLOTS[: len(drawn)]
    return own + np.hstack([drawn[:, :HEAD_BYTES], slots, drawn[:, HEAD_BYTES:]]).tobytes()


def _slots() -> NDArray[np.uint8]:
    """By n: the tags that point to the own values of the n-th hazard, and what follows them."""
    keys = range(len(SHARED), len(KEYS))
    indices = iter(range(_FIRST_OWN, _FIRST_OWN + MOST_SHOWN * len(OWN)))
    tags = (
        bytes([key]) + mvt.padded_varint(next(indices), _INDEX_BYTES)
        for _ in range(MOST_SHOWN)
        for key in keys
    )
    packed = np.frombuffer(b"".join(tags), np.uint8).reshape(MOST_SHOWN, _SLOT_BYTES)
    point = np.broadcast_to(np.frombuffer(_POINT, np.uint8), (MOST_SHOWN, len(_POINT)))
    return np.hstack([packed, point])


def _own(hazard: Hazard) -> bytes:
    """In the order of OWN."""
    return b"".join(
        (
            mvt.text_value(str(hazard.id)),
            mvt.float_value(round(hazard.p, 4)),
            mvt.uint_value(int(hazard.t_ref.timestamp())),
            mvt.uint_value(int(hazard.half_life_s)),
            mvt.float_value(round(hazard.radius_m, 1)),
            mvt.uint_value(int(hazard.first_seen.timestamp())),
            mvt.uint_value(int(hazard.last_seen.timestamp())),
        )
    )


def _head(hazard: Hazard, devices: int) -> bytes:
    """A feature's frame, id and the tags of SHARED, in that order."""
    values = [
        _DICTIONARY[hazard.kind],
        _DICTIONARY[KINDS[hazard.kind].group],
        _DICTIONARY[hazard.state],
        hazard.severity,
        min(hazard.passes, COUNT_LIMIT),
        min(hazard.witnesses, COUNT_LIMIT),
        *(_NO + yes for yes in (hazard.published, hazard.confirmed, hazard.simulated)),
        min(devices, COUNT_LIMIT),
    ]
    tags = b"".join(
        bytes([key]) + mvt.padded_varint(value, _SHARED_INDEX_BYTES)
        for key, value in enumerate(values)
    )
    return b"".join(
        (
            *(b"\x12", mvt.varint(_FEATURE_BYTES)),
            *(b"\x08", mvt.padded_varint(hazard.id.int & FEATURE_ID_MASK, _ID_BYTES)),
            *(b"\x12", mvt.varint(_SHARED_BYTES + _SLOT_BYTES), tags),
        )
    )


_FEATURE_BYTES: Final = 1 + _ID_BYTES + 2 + _SHARED_BYTES + _SLOT_BYTES + len(_POINT) + PLACE_BYTES
HEAD_BYTES: Final = 2 + 1 + _ID_BYTES + 2 + _SHARED_BYTES
_SLOTS: Final = _slots()
