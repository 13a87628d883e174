"""Single hazards: what a row keeps, so that a tile is put together from rows without a loop.

The values of a layer are counted through in the order in which they stand in it. The first are a
dictionary that all features share. Behind it the n-th hazard of a tile brings a few values of its
own, OWN in number, so their indices follow from n alone: they stand ready in a table of slots, and
SQL puts together own values, head, the tags of the slot and the place (sql/hazards.sql). What may
differ in length from tile to tile is padded, so the lengths are known beforehand.
"""

from typing import Final, NamedTuple

from hazardmap.core.grid import SINGLE_HAZARDS_FROM_ZOOM
from hazardmap.core.hazard import LIVE, Hazard
from hazardmap.core.kinds import KINDS, Group
from tiles import mvt
from tiles.device_groups import Part
from tiles.mercator import GRID_ZOOM, place_at, quadkey

FEATURE_ID_BITS: Final = 53
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
_INDEX_BYTES: Final = 3
_ID_BYTES: Final = 8
_SLOT_BYTES: Final = len(OWN) * (1 + _INDEX_BYTES)
_PLACE_BYTES: Final = 9  # type, geometry, and two coordinates of two bytes


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


def slot_tags(number: int) -> bytes:
    """The tags of the number-th hazard of a tile, from 0, that point to its own values."""
    first_key, first_value = len(SHARED), _FIRST_OWN + number * len(OWN)
    return b"".join(
        bytes([first_key + i]) + mvt.padded_varint(first_value + i, _INDEX_BYTES)
        for i in range(len(OWN))
    )


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
    shared = mvt.tags(enumerate(values))
    id_ = b"\x08" + mvt.padded_varint(hazard.id.int & (1 << FEATURE_ID_BITS) - 1, _ID_BYTES)
    tags = b"\x12" + mvt.varint(len(shared) + _SLOT_BYTES) + shared
    return b"\x12" + mvt.varint(len(id_ + tags) + _SLOT_BYTES + _PLACE_BYTES) + id_ + tags
