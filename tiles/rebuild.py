"""Make all features anew from hazards and cells, a batch at a time, while everybody goes on."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from django.utils import timezone

from hazardmap.hazards.cell_selectors import cells_changed, cells_of, latest_cell_cursor
from hazardmap.hazards.change_feed import latest_cursor
from hazardmap.hazards.selectors import live_after
from hazardmap.hazards.version_selectors import half_lives_s
from hazardmap.platform.garbage import collected_later
from tiles.cells import HalfLives
from tiles.models import Cell, HazardFeature, Publication
from tiles.publish import BATCH, encoding, forget_touched, publication, touch
from tiles.write_cells import cells_remove, cells_write
from tiles.write_hazards import hazards_write

_LAST_ID: Final = UUID(int=(1 << 128) - 1)


def rebuild() -> Iterator[int]:
    """Yields how many hazards and cells have been looked at so far.

    What is right stays as it is, unless the features were made for other headers or half-lives. A
    run that was stopped has done some of it and is started again.
    """
    fading = half_lives_s()
    with publication() as place:
        anew = place.encoding != encoding(fading)
        if anew:
            _begin(place)
    done = 0
    for steps in (_hazards(anew), _cells(fading, anew), _stray_cells()):
        for count in steps:
            forget_touched()
            done += count
            yield done
    with publication() as place:
        place.encoding = encoding(fading)


def _begin(place: Publication) -> None:
    """What changes from here on is followed from here on.

    Work zones are not made here but when a tile is asked for: their changes are followed from where
    they were.
    """
    place.hazards_cursor = latest_cursor()
    place.cells_cursor = latest_cell_cursor()


def _hazards(anew: bool) -> Iterator[int]:
    after = UUID(int=0)
    while after != _LAST_ID:
        with collected_later(), publication() as place:
            page = live_after(after, limit=BATCH)
            last = page[-1].id if len(page) == BATCH else _LAST_ID
            there = HazardFeature.objects.filter(hazard_id__gt=after, hazard_id__lte=last)
            gone = set(there.values_list("hazard_id", flat=True)) - {one.id for one in page}
            touch(place, "hazards", hazards_write(page, gone=gone, anew=anew))
        after = last
        yield len(page)


def _cells(fading: HalfLives, anew: bool) -> Iterator[int]:
    after = 0
    while states := cells_changed(after, limit=BATCH):
        with collected_later(), publication() as place:
            # Read under the lock: what the publisher has written since then is not overwritten.
            states = cells_changed(after, limit=BATCH)
            touch(place, "hazards", cells_write(states, timezone.now(), fading, anew=anew))
        after = states[-1].cursor
        yield len(states)


def _stray_cells() -> Iterator[int]:
    """Cells of which the map knows nothing."""
    after = 0
    while page := list(
        Cell.objects.filter(cell__gt=after).order_by("cell").values_list("cell", flat=True)[:BATCH]
    ):
        with publication() as place:
            touch(place, "hazards", cells_remove(set(page) - cells_of(page).keys()))
        after = page[-1]
        yield 0
