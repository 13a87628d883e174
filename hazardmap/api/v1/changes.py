"""The feed of changes: complete, in order, resumable, of the whole map or of one hazard."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.api.buyers import EXPLAIN, BuyerView, CostEstimate, estimate, links_of, metered
from hazardmap.api.geojson import Answer, HazardFeature, Link, times
from hazardmap.api.grammar import BBOX, CELL, FILTERS
from hazardmap.api.operations import operation
from hazardmap.api.parameters import Parameter, whole
from hazardmap.api.problems import InvalidParameter
from hazardmap.core.answers.feature import feature
from hazardmap.core.fusion.hazard import Change, HazardEvent
from hazardmap.core.messages.watch import Watch
from hazardmap.core.seeing.georeference import Fault
from hazardmap.hazards import change_feed
from hazardmap.hazards.change_feed import Count, Newest, Part
from hazardmap.platform.there import there

MAX_CURSOR = 2**63 - 1
DEFAULT_LIMIT = 1000
MAX_LIMIT = 10_000
MEDIA_TYPE = "application/json"
NOW = "now"
_known_cursor = whole(0, MAX_CURSOR)


def read_cursor(text: str) -> int | str:
    try:
        return text if text == NOW else _known_cursor(text)
    except ValueError as error:
        raise ValueError(f"{error}, or {NOW}") from None


FEED = (
    Parameter(
        "since",
        read_cursor,
        f"the cursor of the answer before, or X-Cursor of what was read; {NOW}: what comes from "
        "now on; default 0",
        {"anyOf": [{"type": "integer", **_known_cursor.rules}, {"type": "string", "const": NOW}]},
        0,
    ),
    Parameter(
        "limit",
        whole(1, MAX_LIMIT),
        f"1 to {MAX_LIMIT}, default {DEFAULT_LIMIT}",
        int,
        DEFAULT_LIMIT,
    ),
    EXPLAIN,
)
_BY_NAME = {one.name: one for one in FILTERS}
PART = (
    BBOX,
    CELL,
    _BY_NAME["kind"],
    replace(
        _BY_NAME["published"],
        says="only of hazards with two witnesses or confirmed; default false",
        default=False,
    ),
)


class ChangeItem(serializers.Serializer[Any]):
    cursor = serializers.IntegerField()
    at = serializers.DateTimeField()
    change = serializers.ChoiceField(
        [change.value for change in Change],
        help_text="`removed`: merged into another (`merged_into`), or expired or cleared, as its "
        "`state` says; cleared is also what a moderator has rejected. Where only a part of the map "
        "is asked for, what comes into that has `appeared`, and what leaves it is `removed`",
    )
    merged_into = serializers.UUIDField(
        allow_null=True,
        help_text="the hazard that it proved to be one with, which is told of by itself",
    )
    hazard = HazardFeature(help_text="as it was after the change; probability as of then")


class ChangeList(Answer):
    cursor = serializers.IntegerField(help_text="to go on from, now or later")
    changes = ChangeItem(many=True)
    links = Link(
        many=True, help_text="`next`, where there may be more already, even after an empty answer"
    )


ANSWERS = {
    (200, MEDIA_TYPE): PolymorphicProxySerializer(
        "ChangesOrCost", [ChangeList, CostEstimate], resource_type_field_name=None
    )
}


class Changes(BuyerView):
    @operation("listChanges", (*FEED, *PART), responses=ANSWERS)
    def get(self, request: Request) -> Response:
        """Every change of every hazard after a cursor, unpublished hazards and removals too.

        A cursor never expires, and nothing ever appears before one that was given out. One that is
        ahead of the map, or that was lost when it was restored, is refused. Whoever wants to follow
        the map reads it first (listHazards or exportHazards), and then what has changed since the
        `X-Cursor` of that answer; `since=now` begins with nothing.

        With an area, kinds or `published`, it is the feed of that part of the map: a hazard that
        moves out of it, or is published no more, is told as removed from it, as it is by then.
        Only what is told is billed; the cursor goes on over the rest.
        """
        values = self.values
        bbox, cell = values["bbox"], values["cell"]
        if bbox is not None and cell is not None:
            raise InvalidParameter(
                [Fault(one, "give bbox or cell, not both") for one in ("bbox", "cell")]
            )
        if bbox is cell is values["kind"] is None and not values["published"]:
            return _answer(request, values, change_feed.changes, change_feed.count)
        watch = Watch(values["kind"], published=values["published"], simulated=None)
        part = {"watch": watch, "area": bbox or cell}
        return _answer(
            request,
            values,
            partial(change_feed.changes_seen, **part),
            partial(change_feed.count_seen, **part),
        )


class HazardHistory(BuyerView):
    @operation("listChangesOfHazard", FEED, responses=ANSWERS)
    def get(self, request: Request, hazard_id: UUID) -> Response:
        """What became of one hazard, change by change, also after it has gone."""
        there(change_feed.was_there(hazard_id))
        values = self.values
        changes = partial(change_feed.changes, hazard_id=hazard_id)
        return _answer(request, values, changes, partial(change_feed.count, hazard_id=hazard_id))


def _answer(
    request: Request,
    values: dict[str, Any],
    changes: Callable[..., Part],
    count: Callable[[int], Count],
) -> Response:
    now, newest = timezone.now(), change_feed.newest_change()
    since = _since(values["since"], newest)
    if values["explain"]:
        counted = count(since)
        return estimate(request, counted.changes, exact=counted.exact, now=now)
    part = changes(since, limit=values["limit"])
    body = {
        **times(now, newest and newest.at),
        "cursor": part.cursor,
        "changes": [_item(event) for event in part.events],
        "links": links_of(request, str(part.cursor) if part.more else None, mark="since"),
    }
    hazards = [event.hazard for event in part.events]
    return metered(request, hazards, "changes", body, media_type=MEDIA_TYPE)


def _since(asked: int | str, newest: Newest | None) -> int:
    """The cursor to go on from. Raises InvalidParameter."""
    end = newest.cursor if newest else 0
    if isinstance(asked, str):
        return end
    if asked > end:
        # It is of another map, or of this one before it was restored: nothing would be told until
        # the feed has passed it, and what is before that never.
        raise InvalidParameter([Fault("since", f"is ahead of the newest change, {end}")])
    if change_feed.is_lost(asked, end):
        rule = "is of changes that were lost when this map was restored; begin again at 0"
        raise InvalidParameter([Fault("since", rule)])
    return asked


def _item(event: HazardEvent) -> dict[str, Any]:
    return {
        "cursor": event.cursor,
        "at": event.at,
        "change": event.change,
        "merged_into": event.merged_into,
        "hazard": feature(event.hazard, event.at),
    }
