"""The list of hazards: the same questions as the map, answered without a map or a script."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from hazardmap.core.answers.public import newest_first
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.core.geometry.area import Circle
from hazardmap.core.geometry.geodesy import between
from hazardmap.hazards import search
from hazardmap.web.facts import Row, row_of
from hazardmap.web.list_form import DEFAULT_RADIUS_KM, LAST_PAGE, ListForm, Near, Question
from hazardmap.web.list_zones import zones_of
from hazardmap.web.pages import public_page
from hazardmap.web.words import group_labels, kinds_by_group

PER_PAGE: Final = 50
POOL: Final = PER_PAGE * LAST_PAGE
"""So many, the newest or the nearest, are looked through; beyond them one asks more narrowly."""


@dataclass(frozen=True, slots=True)
class Line:
    """distance_m: from the place that was asked about, where there is one."""

    row: Row
    distance_m: float | None


@public_page
def list_page(request: HttpRequest) -> HttpResponse:
    form = ListForm(request.GET)
    asked = form.is_valid()
    context: dict[str, Any] = {
        "form": form,
        "groups": group_labels(),
        "kinds": kinds_by_group(),
        "chosen": request.GET.getlist("kind"),
        "default_radius_km": DEFAULT_RADIUS_KM,
        "filtered": bool(request.GET.keys() - {"page", "lang"}),
        "indexed": not request.GET.keys() - {"lang"},
    }
    if asked:
        context |= _answer(form.question(timezone.now()), request.GET)
    return render(request, "web/list.html", context, status=200 if asked else 400)


def _answer(question: Question, params: QueryDict) -> dict[str, Any]:
    found, nearest = _found(question)
    truncated = len(found) > POOL
    wanted = [one for one in found[:POOL] if not (question.unconfirmed and one.published)]
    lines = _sorted([_line(one, question.near, question.wanted.at) for one in wanted], question)
    begin = PER_PAGE * (question.page - 1)
    shown = lines[begin : begin + PER_PAGE]
    more = len(lines) > begin + PER_PAGE
    return {
        "lines": shown,
        "zones": zones_of(question),
        "place": question.near.place if question.near else None,
        "count": len(lines),
        "truncated": truncated,
        "nearest": nearest,
        "first": begin + 1,
        "last": begin + len(shown),
        "distances": question.near is not None,
        "before": _page(params, question.page - 1) if question.page > 1 else "",
        "after": _page(params, question.page + 1) if more else "",
    }


def _found(question: Question) -> tuple[list[Hazard], bool]:
    """POOL hazards and one, and whether they are the nearest of the circle or the newest."""
    area, wanted, states = question.area, question.wanted, question.states
    if question.sort == "near" and isinstance(area, Circle):
        return search.nearest(area, wanted, limit=POOL + 1, states=states), True
    return newest_first(search.newest(area, wanted, limit=POOL + 1, states=states)), False


def _line(hazard: Hazard, near: Near | None, now: datetime) -> Line:
    distance_m = between(near.lon, near.lat, hazard.lon, hazard.lat)[1] if near else None
    return Line(row_of(hazard, now), distance_m)


def _sorted(lines: list[Line], question: Question) -> list[Line]:
    """Newest first already; the other orders keep that among equals."""
    if question.sort == "likely":
        return sorted(lines, key=lambda line: -line.row.p_percent)
    if question.sort == "severe":
        return sorted(lines, key=lambda line: -line.row.hazard.severity)
    if question.sort == "near":
        return sorted(lines, key=lambda line: line.distance_m or 0.0)
    return lines


def _page(params: QueryDict, number: int) -> str:
    """The same question, another page."""
    changed = params.copy()
    changed["page"] = str(number)
    return changed.urlencode()
