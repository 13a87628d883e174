"""The H3 grid as tiles and services use it: cells as integers, feature ids, counts in one byte."""

import math
from typing import Final

import h3.api.basic_int as h3

from hazardmap.core.geometry.bbox import Bbox, wrapped
from hazardmap.core.geometry.geodesy import DEGREE_M, check_position

MAX_FEATURE_RES: Final = 12
SINGLE_HAZARDS_FROM_ZOOM: Final = 12
_RES_BY_ZOOM: Final = (2, 2, 2, 2, 3, 3, 4, 5, 6, 7, 8, 8)
FINEST_RES: Final = max(_RES_BY_ZOOM)
COARSEST_RES: Final = min(_RES_BY_ZOOM)
_COUNT_STEPS: Final = 16.0
_SIDES_M: Final = {
    9: 200.0,
    8: 530.0,
    7: 1_400.0,
    6: 3_700.0,
    5: 9_900.0,
    4: 26_000.0,
    3: 69_000.0,
}  # of cells, by resolution, the finest first


def cell(lon: float, lat: float, res: int) -> int:
    """The H3 cell of a position at resolution 0..15, as a 64-bit integer. Raises ValueError."""
    check_position(lon, lat)
    if not 0 <= res <= 15:
        raise ValueError(f"H3 has no resolution {res}")
    return int(h3.latlng_to_cell(lat, lon, res))


def cell_of_view(bbox: Bbox) -> int | None:
    """The cell around the middle of a section that is about as high; None for most of a country."""
    west, south, east, north = bbox
    height_m = (north - south) * DEGREE_M
    res = next((res for res, side_m in _SIDES_M.items() if 2 * side_m >= height_m), None)
    lon = (west + east) / 2 if west <= east else wrapped((west + east + 360) / 2)
    return None if res is None else cell(lon, (south + north) / 2, res)


def cell_text(h3_cell: int) -> str:
    """In the usual hexadecimal form."""
    return f"{h3_cell:x}"


def corners(h3_cell: int) -> list[tuple[float, float]]:
    """(lon, lat) of its corners against the clock; east of the antimeridian they run on beyond 180,
    so that neighbours stay close.
    """
    ring = [(lon, lat) for lat, lon in h3.cell_to_boundary(h3_cell)]
    if max(lon for lon, _ in ring) - min(lon for lon, _ in ring) > 180.0:
        return [(lon + 360.0 if lon < 0.0 else lon, lat) for lon, lat in ring]
    return ring


def parent(h3_cell: int, res: int) -> int:
    """The cell of a coarser resolution that it is counted in. Raises ValueError.

    Seven cells (six in a pentagon) make one of the next coarser resolution, whose outline is
    nearly theirs.
    """
    return int(h3.cell_to_parent(h3_cell, res))


def children(h3_cell: int) -> list[int]:
    """The cells of the next finer resolution that are counted in it, ascending."""
    return sorted(h3.cell_to_children(h3_cell))


def descendants(h3_cell: int, res: int) -> tuple[int, int]:
    """The first and the last of the cells of a finer resolution in it: numbers between are too."""
    last = h3.cell_to_children_size(h3_cell, res) - 1
    first, final = (h3.child_pos_to_cell(h3_cell, res, at) for at in (0, last))
    return int(first), int(final)


def feature_id(h3_cell: int) -> int:
    """Cell as an MVT feature id, exact in JavaScript's 53 bits; `id << 9 | 0x1FF` undoes it.

    The last nine bits of an H3 index are ones for all resolutions up to 12. Raises ValueError
    on a finer cell.
    """
    if h3_cell & 0x1FF != 0x1FF:
        raise ValueError(f"cell {h3_cell:x} is finer than resolution {MAX_FEATURE_RES}")
    return h3_cell >> 9


def res_for_zoom(zoom: int) -> int | None:
    """H3 resolution of the cells shown at a map zoom; None where single hazards are shown.

    Raises ValueError on a negative zoom.
    """
    if zoom < 0:
        raise ValueError(f"no map has zoom {zoom}")
    return _RES_BY_ZOOM[zoom] if zoom < SINGLE_HAZARDS_FROM_ZOOM else None


def zooms_of_res(res: int) -> range:
    """The map zooms at which cells of this H3 resolution are shown; none for most."""
    zooms = [zoom for zoom, shown in enumerate(_RES_BY_ZOOM) if shown == res]
    return range(zooms[0], zooms[-1] + 1) if zooms else range(0)


def expected_of(byte: int) -> float:
    """The expected count that a byte of `quantised` stands for, to about 2 % of 1 + n."""
    return float(2.0 ** (byte / _COUNT_STEPS)) - 1.0


def quantised(count: float) -> int:
    """An expected count (≥ 0) as a byte: min(255, round(16·log2(1 + n))). Raises ValueError."""
    if not (math.isfinite(count) and count >= 0.0):
        raise ValueError(f"not an expected count: {count}")
    return min(255, round(_COUNT_STEPS * math.log2(1.0 + count)))
