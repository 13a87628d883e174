"""Usage by day or hour, product and key: as a table, a chart of the same numbers, and CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from hazardmap.accounts.models import ApiKey
from hazardmap.accounts.selectors import api_keys_of
from hazardmap.core.access.roles import Act
from hazardmap.core.selling.usage import Meter
from hazardmap.metering.selectors import (
    UsedInTime,
    answers_by_status,
    usage_complete_to,
    usage_series,
)
from hazardmap.platform.csv_file import csv_file
from hazardmap.web.portal.access import Portal, portal_page, show
from hazardmap.web.portal.answered import answered
from hazardmap.web.portal.meters import METERS

DAY = timedelta(days=1)
MOST_DAYS = 366
MOST_DAYS_BY_HOUR = 31


@dataclass(frozen=True, slots=True)
class Asked:
    """first, last: days, both included. key, meter: one of them, or all."""

    first: date
    last: date
    by: Literal["hour", "day"]
    key: str
    meter: Meter | None
    error: str = ""

    @property
    def start(self) -> datetime:
        return datetime(self.first.year, self.first.month, self.first.day, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        return datetime(self.last.year, self.last.month, self.last.day, tzinfo=UTC) + DAY


@require_safe
@portal_page(Act.LOOK)
def usage_page(request: HttpRequest, portal: Portal) -> HttpResponse:
    keys, asked = api_keys_of(portal.organisation.pk), _asked(request)
    rows = _series(keys, asked)
    meters = [meter for meter in Meter if any(row.meter is meter for row in rows)]
    complete_to = usage_complete_to(timezone.now())
    table = _table(rows, asked, meters, complete_to)
    return show(
        request,
        portal,
        "usage",
        asked=asked,
        keys=keys,
        meters=METERS.items(),
        columns=[METERS[meter] for meter in meters],
        table=[(at, cells) for at, cells in reversed(table) if any(cells)],
        totals=[sum(cells) for cells in zip(*(cells for _at, cells in table), strict=True)],
        by_key=_by_key(keys, rows),
        chart=_chart(table, meters, asked),
        answered=answered(answers_by_status(_kids(keys, asked), start=asked.start, end=asked.end)),
        query=request.GET.urlencode(),
        complete_to=complete_to,
    )


@require_safe
@portal_page(Act.LOOK)
def usage_csv(request: HttpRequest, portal: Portal) -> StreamingHttpResponse:
    keys, asked = api_keys_of(portal.organisation.pk), _asked(request)
    names = {key.kid: key.name for key in keys}
    rows = _series(keys, asked)
    name = f"usage-{asked.first}-{asked.last}-by-{asked.by}"
    return csv_file(_table_of(rows, names), name=name)


def _asked(request: HttpRequest) -> Asked:
    """What the form says; what it says wrong is left out and told."""
    today, error = timezone.now().astimezone(UTC).date(), ""
    by: Literal["hour", "day"] = "hour" if request.GET.get("by") == "hour" else "day"
    try:
        last = date.fromisoformat(request.GET.get("last") or str(today))
        # by hour, yesterday as well: just after midnight one hour would be all there is
        usual = last - (1 if by == "hour" else 29) * DAY
        first = date.fromisoformat(request.GET.get("first") or str(usual))
        if not date(2020, 1, 1) <= first <= last <= date(2200, 1, 1):
            raise ValueError
    except ValueError:
        first, last = today - 29 * DAY, today
        error = _("These are no days: both like 2026-11-28, the first before the last.")
    most = MOST_DAYS_BY_HOUR if by == "hour" else MOST_DAYS
    if (last - first).days >= most:
        first = last - (most - 1) * DAY
        error = _("At most %(days)d days at once; these are the last of them.") % {"days": most}
    meter = request.GET.get("meter", "")
    known = Meter(meter) if meter in set(Meter) else None
    return Asked(first, last, by, request.GET.get("key", ""), known, error)


def _series(keys: list[ApiKey], asked: Asked) -> list[UsedInTime]:
    """Of the organisation's own keys, whatever is asked for."""
    return usage_series(
        _kids(keys, asked), start=asked.start, end=asked.end, by=asked.by, meter=asked.meter
    )


def _kids(keys: list[ApiKey], asked: Asked) -> list[str]:
    return [key.kid for key in keys if asked.key in {"", key.kid}]


def _table(
    rows: list[UsedInTime], asked: Asked, meters: list[Meter], complete_to: datetime
) -> list[tuple[datetime, list[int]]]:
    """Units of each meter in each day or hour, also in those without any, up to now."""
    units: dict[tuple[datetime, Meter], int] = {}
    for row in rows:
        units[row.at, row.meter] = units.get((row.at, row.meter), 0) + row.quantity
    step = DAY if asked.by == "day" else timedelta(hours=1)
    table, at = [], asked.start
    while at < asked.end and at <= max(complete_to, asked.start):
        table.append((at, [units.get((at, meter), 0) for meter in meters]))
        at += step
    return table


def _by_key(keys: list[ApiKey], rows: list[UsedInTime]) -> list[tuple[ApiKey, int, int]]:
    """Units and answers of each key that was used."""
    found = []
    for key in keys:
        mine = [row for row in rows if row.key_id == key.kid]
        if mine:
            units = sum(row.quantity for row in mine)
            found.append((key, units, sum(row.answers for row in mine)))
    return found


def _chart(
    table: list[tuple[datetime, list[int]]], meters: list[Meter], asked: Asked
) -> dict[str, Any]:
    """The numbers of the table, for uPlot: times, then a list for each meter."""
    times = [int(at.timestamp()) for at, _cells in table]
    columns = [list(column) for column in zip(*(cells for _at, cells in table), strict=True)]
    return {"by": asked.by, "names": [str(METERS[m]) for m in meters], "data": [times, *columns]}


def _table_of(rows: list[UsedInTime], names: dict[str, str]) -> Iterator[Sequence[object]]:
    yield "from_utc", "key", "key_name", "meter", "units", "answers"
    for row in rows:
        at, name = row.at.strftime("%Y-%m-%dT%H:%MZ"), names[row.key_id]
        yield at, row.key_id, name, row.meter.value, row.quantity, row.answers
