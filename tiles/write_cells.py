"""Keep the features of cells true, and say which tiles that changes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from hazardmap.core.geometry.grid import feature_id
from hazardmap.hazards.cell_selectors import CellState
from tiles import mvt
from tiles.cells import HalfLives, Told
from tiles.mercator import Tile
from tiles.outlines import outlines
from tiles.statement import columns, rows


def cells_write(
    states: Iterable[CellState], now: datetime, half_lives_s: HalfLives, *, anew: bool = False
) -> set[Tile]:
    """Have the tiles say what is in these cells; return the tiles that have changed.

    A cell that says the same to whoever fades it by `half_lives_s` stays as it is, unless `anew`.
    """
    counts = {state.cell: state.counts for state in states}
    known = {cell: (units, tags) for cell, units, tags in rows("cells_known", cells=list(counts))}
    changed, gone, faded = {}, [], []
    for cell, here in counts.items():
        before = None if anew or cell not in known else Told.read(*known[cell])
        if before and before.holds(here, now, half_lives_s):
            # Whether a cell stands there that has faded to nothing is seen on no map.
            faded += [] if here.by_kind else [cell]
        elif (told := Told.of(here, now, half_lives_s)).counts:
            changed[cell] = told
        elif cell in known:
            gone.append(cell)
    _write(changed)
    _remove([*gone, *faded])
    return {tile for cell in (*changed, *gone) for tile, _ in outlines(cell)}


def cells_remove(cells: Iterable[int]) -> set[Tile]:
    """Take these out; return the tiles that held them."""
    gone = list(cells)
    _remove(gone)
    return {tile for cell in gone for tile, _ in outlines(cell)}


def _write(told: Mapping[int, Told]) -> None:
    tags = {cell: one.tags() for cell, one in told.items()}
    said = [(cell, one.units, tags[cell]) for cell, one in told.items()]
    rows("cells_write", **columns(("cell", "units", "tags"), said))
    features = [
        (
            *(tile.z, tile.x, tile.y, cell, one.weight()),
            mvt.feature(feature_id(cell), tags[cell], mvt.Shape.POLYGONS, geometry),
        )
        for cell, one in told.items()
        for tile, geometry in outlines(cell)
    ]
    names = ("z", "x", "y", "cell", "weight", "feature")
    rows("cellfeatures_write", **columns(names, features))


def _remove(cells: Sequence[int]) -> None:
    places = [(tile.z, tile.x, tile.y, cell) for cell in cells for tile, _ in outlines(cell)]
    rows("cellfeatures_remove", **columns(("z", "x", "y", "cell"), places))
    rows("cells_remove", cells=list(cells))
