"""Everything in an area at once, in the format that the client prefers, as a stream."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice
from random import Random
from typing import Final, NamedTuple
from uuid import UUID

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, PolymorphicProxySerializer
from rest_framework.exceptions import NotAcceptable
from rest_framework.request import Request

from hazardmap.api.authentication import OnlyForLiveKeys, buyer_of
from hazardmap.api.buyers import EXPLAIN, BuyerView, CostEstimate, estimate
from hazardmap.api.formats import CSV, FORMATS, JSON, NDJSON, PARQUET, Writer
from hazardmap.api.geojson import (
    MEDIA_TYPE,
    ExportCollection,
    cursor_as_header,
    times_as_headers,
)
from hazardmap.api.grammar import AREA, AT, FILTERS, area_of, time_of, wanted_of
from hazardmap.api.operations import operation
from hazardmap.api.spending import reserve
from hazardmap.core.access.scopes import Scope
from hazardmap.core.answers.wanted import Wanted
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.core.geometry.area import Area
from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.hazards import change_feed, search
from hazardmap.hazards.past import each_at
from hazardmap.metering.services import usage_record
from hazardmap.platform.request_id import request_id

MEGABYTE = 1_000_000
ENCLOSED: Final = (*AREA, *FILTERS, AT, EXPLAIN)
MOST_COUNTED: Final = 1_000_000
MOST_COUNTED_OF_THE_PAST: Final = 10_000
MEASURED: Final = 1000
"""So many hazards are written to see how large the others will be."""
TEST_HAZARDS: Final = 1000
NAMED: Final = 1000
"""So many hazards at most stand behind the price of an export (docs/adr/0051-exports-pay.md)."""


class Export(BuyerView):
    scope = Scope.EXPORTS
    quota = 60
    meter = Meter.EXPORT_MB

    def bucket(self, request: Request) -> str:
        return f"export:{buyer_of(request).key_id}"

    @operation(
        "exportHazards",
        ENCLOSED,
        responses={
            (200, MEDIA_TYPE): ExportCollection,
            (200, JSON): PolymorphicProxySerializer(
                "ExportOrCost", [ExportCollection, CostEstimate], resource_type_field_name=None
            ),
            (200, NDJSON): OpenApiResponse(OpenApiTypes.STR, "a GeoJSON Feature in each line"),
            (200, CSV): OpenApiResponse(OpenApiTypes.STR, "with a line of names first"),
            (200, PARQUET): OpenApiResponse(OpenApiTypes.BINARY, "GeoParquet 1.1"),
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        """All hazards live in an area, now or `at` a time, in the format that `Accept` prefers.

        GeoJSON, NDJSON, CSV or GeoParquet. Metered by the megabyte, rounded up, before the answer
        is compressed. `X-As-Of` and `X-Data-Age` (seconds) say what other answers say within, and
        `X-Cursor` is where listChanges goes on from here (`since`); with `at` there is
        neither age nor cursor. One that has begun is finished, whatever is left of a spending cap.
        Test keys export areas of up to 1,000 hazards; larger ones are refused.
        """
        values = self.values
        media_type = request.get_preferred_type(list(FORMATS))
        if media_type is None:
            raise NotAcceptable(f"There is {', '.join(FORMATS)}; Accept asks for none of them.")
        now, newest = timezone.now(), change_feed.newest_change()
        changed_at = newest.at if newest and values["at"] is None else None
        asked = _Asked(area_of(values), wanted_of(values, time_of(values, now)), values["at"])
        if values["explain"]:
            units, exact = _measured(FORMATS[media_type].write, asked, changed_at)
            return estimate(request, units, meter=Meter.EXPORT_MB, exact=exact, now=now)
        if buyer_of(request).test:
            _check_small(asked)
        is_empty = request.method == "HEAD"  # as the answer to it is
        return StreamingHttpResponse(
            () if is_empty else _sold(request, asked, media_type, changed_at, now=now),
            content_type=f"{media_type}; charset=utf-8" if media_type == CSV else media_type,
            headers={
                "Cache-Control": "private, no-store",
                "Content-Disposition": (
                    f'attachment; filename="hazards.{FORMATS[media_type].ending}"'
                ),
                "Vary": "Accept",
                **times_as_headers(asked.wanted.at, changed_at),
                **(cursor_as_header(newest) if asked.at is None else {}),
            },
        )


class _Asked(NamedTuple):
    """at: an earlier time whose hazards are asked for."""

    area: Area
    wanted: Wanted
    at: datetime | None

    def each(self) -> Iterator[Hazard]:
        if self.at is None:
            return search.each(self.area, self.wanted)
        return each_at(self.at, self.area, self.wanted)

    def number(self, most: int) -> int:
        """Counting ends at `most`, and of the past, which has to be read, earlier."""
        if self.at is None:
            return search.count(self.area, self.wanted, after=None, most=most)
        return sum(1 for _ in islice(self.each(), min(most, MOST_COUNTED_OF_THE_PAST)))


def _sold(
    request: Request,
    asked: _Asked,
    media_type: str,
    changed_at: datetime | None,
    *,
    now: datetime,
) -> Iterator[bytes]:
    """The export as it leaves, paid for by the megabyte. Raises Unaffordable before it begins."""
    record = UsageRecord(
        key_id=buyer_of(request).key_id,
        meter=Meter.EXPORT_MB,
        quantity=1,
        at=now,
        request_id=request_id(request.META),
        subject=f"export {media_type}",
    )
    reserve(request, Meter.EXPORT_MB, 1)
    hazards = _Counted(asked.each(), request_id(request.META))
    lines = FORMATS[media_type].write(hazards, asked.wanted.at, changed_at)
    return _metered(request, lines, hazards, record)


def _check_small(asked: _Asked) -> None:
    """Raises OnlyForLiveKeys."""
    if asked.number(TEST_HAZARDS + 1) > TEST_HAZARDS:
        raise OnlyForLiveKeys(
            f"There are more than {TEST_HAZARDS:,} hazards, and a test key exports no more. Ask "
            "for a smaller area, read page by page (listHazards), or use a live key."
        )


def _measured(write: Writer, asked: _Asked, changed_at: datetime | None) -> tuple[int, bool]:
    """How many units an export would be, and whether it was written whole to find out."""
    some = list(islice(asked.each(), MEASURED))
    size = sum(map(len, write(some, asked.wanted.at, changed_at))) if some else 0
    if len(some) < MEASURED:
        return -(-size // MEGABYTE), True
    count = asked.number(MOST_COUNTED)
    return -(-size * count // (MEASURED * MEGABYTE)), False


class _Counted:
    """Passes hazards on, and knows how many there have been, and which; of more than NAMED, so many
    of which each is as likely as any other.

    draw: what their choice follows from, another for each export, so that in time all are chosen.
    """

    def __init__(self, hazards: Iterable[Hazard], draw: str) -> None:
        self._hazards = hazards
        self._dice = Random(draw)  # noqa: S311 - fair, not secret
        self.count = 0
        self.named: list[UUID] = []

    def __iter__(self) -> Iterator[Hazard]:
        for hazard in self._hazards:
            self.count += 1
            if self.count <= NAMED:
                self.named.append(hazard.id)
            elif (place := self._dice.randrange(self.count)) < NAMED:
                self.named[place] = hazard.id
            yield hazard


def _metered(
    request: Request, chunks: Iterable[bytes], hazards: _Counted, record: UsageRecord
) -> Iterator[bytes]:
    """The chunks, with the last one held back until all are on the buyer's account.

    A client that goes away pays for what it has got; nobody pays where we fail. One megabyte is
    reserved already.
    """
    sent, held, billed = 0, b"", 0
    try:
        for chunk in chunks:
            if held:
                yield held
            sent, held = sent + len(held), chunk
        billed = _record(record, hazards, sent + len(held))
    except GeneratorExit:
        billed = _record(record, hazards, sent)
        raise
    finally:
        reserve(request, Meter.EXPORT_MB, billed - 1, begun=True)
    yield held


def _record(record: UsageRecord, hazards: _Counted, size: int) -> int:
    """The units on the buyer's account."""
    units = -(-size // MEGABYTE) if hazards.count else 0
    if units:
        usage_record(replace(record, quantity=units, hazards=tuple(hazards.named)))
    return units
