"""From the change feed to messages: one for each change and each endpoint that it concerns."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection

from hazardmap.core.fusion.hazard import Hazard, HazardEvent
from hazardmap.core.ids import uuid7
from hazardmap.core.messages.watch import News, Watch, news
from hazardmap.hazards.change_feed import Move
from hazardmap.hazards.services import moves_follow
from hazardmap.platform.rows_put import Row, array, rows_put
from hazardmap.webhooks.models import Delivery, WatchArea
from hazardmap.webhooks.services.endpoints_end import endpoints_told
from hazardmap.webhooks.services.messages import hazard_body

READER: Final = "webhooks"
_WATCHED: Final = (Path(__file__).parents[1] / "sql" / "watched.sql").read_text()


class _Place(NamedTuple):
    """Of a hazard after (or before) the change with this number in its batch."""

    number: int
    after: bool
    hazard: Hazard


class _Sight(NamedTuple):
    """A watch that sees a hazard after a change, or saw it before."""

    watch_id: UUID
    after: bool


def deliveries_make() -> int:
    """Make the messages of all changes since the last call; return how many changes there were."""
    return moves_follow(READER, _take)


def _take(moves: Sequence[Move]) -> None:
    after = [_Place(number, True, move.event.hazard) for number, move in enumerate(moves)]
    before = [
        _Place(number, False, move.before)
        for number, move in enumerate(moves)
        if move.before is not None
    ]
    seen: dict[tuple[int, UUID], list[_Sight]] = defaultdict(list)
    for watch, place in _within([*after, *before]):
        if _watch(watch).wants(place.hazard):
            seen[place.number, watch.endpoint_id].append(_Sight(watch.id, place.after))
    rows = []
    for (number, endpoint_id), sights in seen.items():
        what = news(
            before=any(not one.after for one in sights), now=any(one.after for one in sights)
        )
        if what is not None:
            areas = {one.watch_id for one in sights}
            rows.append(_row(what, moves[number].event, endpoint_id, areas))
    # The same feed read twice makes the same messages: their ids are those of the changes.
    rows_put(Delivery, rows, unique="endpoint_id, cursor", over=False)


def _within(places: Sequence[_Place]) -> Iterator[tuple[WatchArea, _Place]]:
    """Every watch area whose endpoint is told, with every place that lies in it."""
    asked = {
        "lons": array(place.hazard.lon for place in places),
        "lats": array(place.hazard.lat for place in places),
        "endpoints": array(endpoints_told().values_list("id", flat=True)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_WATCHED, asked)
        found = cursor.fetchall()
    known = WatchArea.objects.defer("area", "route")
    watches = known.in_bulk({watch_id for watch_id, _ in found})
    for watch_id, number in found:
        if watch_id in watches:  # else it has just been removed
            yield watches[watch_id], places[number - 1]


def _watch(row: WatchArea) -> Watch:
    return Watch(row.kinds, row.min_probability, row.published, row.simulated)


def _row(what: News, event: HazardEvent, endpoint_id: UUID, areas: Iterable[UUID]) -> Row:
    at = event.at.isoformat()
    # Of the change's own time: lists of messages are sorted by their ids.
    name = f"{endpoint_id} {event.cursor}".encode()
    return {
        "id": str(uuid7(event.at, sha256(name).digest())),
        "endpoint_id": str(endpoint_id),
        "cursor": event.cursor,
        "hazard_id": str(event.hazard.id),
        "type": what.value,
        "body": hazard_body(what, event, areas),
        "created_at": at,
        "state": Delivery.State.WAITING.value,
        "attempts": 0,
        "billed": False,
        "next_at": at,
    }
