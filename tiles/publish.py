"""Follow the changes of the map: features first, then the files that say otherwise.

One publisher at a time; features and the position in the feeds change in one transaction. Which
tiles have changed is kept until their files are removed, so nothing is lost if it dies in between.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Final

from django.db import transaction
from django.utils import timezone

from hazardmap.hazards.cell_selectors import cells_changed
from hazardmap.hazards.change_feed import changes
from hazardmap.hazards.services import cells_refresh
from hazardmap.hazards.version_selectors import half_lives_s
from hazardmap.platform.garbage import collected_later
from tiles import cells, points, workzones
from tiles.files import forget
from tiles.mercator import Tile
from tiles.models import Publication
from tiles.write_cells import cells_write
from tiles.write_hazards import hazards_write

BATCH: Final = 1000
ZONES: Final = 100
_FORM: Final = b"3"
"""To be counted up when features are put together in another way."""


class NeverBuilt(Exception):
    """There are no features, or they are of another version: `rebuild` makes them."""


def encoding(fading: cells.HalfLives) -> str:
    """Features that were made for other headers or half-lives mean something else."""
    lives = repr(sorted(fading.items())).encode()
    return sha256(cells.HEADER + points.HEADER + _FORM + lives).hexdigest()


def publish() -> int:
    """Take in all changes up to now; 0 if there were none. Raises NeverBuilt."""
    cells_refresh()
    taken, more = 0, True
    while more:
        count, more = _publish_batch()
        taken += count
    return taken


@collected_later()
def _publish_batch() -> tuple[int, bool]:
    """How many changes were taken in, and whether more may be waiting."""
    fading = half_lives_s()
    with publication() as place:
        if place.encoding != encoding(fading):
            raise NeverBuilt
        events = changes(place.hazards_cursor, limit=BATCH).events
        states = cells_changed(place.cells_cursor, limit=BATCH)
        touch(place, "hazards", hazards_write(event.hazard for event in events))
        touch(place, "hazards", cells_write(states, timezone.now(), fading))
        zones, zones_cursor = workzones.touched_since(place.zones_cursor, limit=ZONES)
        touch(place, "workzones", zones)
        if events:
            place.hazards_cursor = events[-1].cursor
        if states:
            place.cells_cursor = states[-1].cursor
        more = BATCH in (len(events), len(states)) or zones_cursor != place.zones_cursor
        place.zones_cursor = zones_cursor
    forget_touched()
    return len(events) + len(states) + len(zones), more


@contextmanager
def publication() -> Iterator[Publication]:
    """Where the publisher is, locked and in a transaction, kept as it is left."""
    with transaction.atomic():
        Publication.objects.get_or_create(id=1)
        place = Publication.objects.select_for_update().get(id=1)
        yield place
        place.save()


def touch(place: Publication, layer: str, tiles: Iterable[Tile]) -> None:
    """Note that these tiles have changed, until `forget_touched`."""
    addresses = [[tile.z, tile.x, tile.y] for tile in tiles]
    if addresses:
        place.touched.setdefault(layer, []).extend(addresses)


def forget_touched() -> None:
    """Remove the files of tiles that have changed. Only what is committed may be forgotten."""
    with publication() as place:
        for layer, addresses in place.touched.items():
            forget(layer, {Tile(*address) for address in addresses})
        place.touched = {}
