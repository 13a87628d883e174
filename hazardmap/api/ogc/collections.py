"""What there is to read as features: hazards, work zones and coverage."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple
from uuid import UUID

from hazardmap.api.buyers import Goods, goods_of
from hazardmap.api.grammar import FILTERS, MADE_UP, MAX_LIMIT, read_id, wanted_of
from hazardmap.api.ogc.parameters import Interval, items
from hazardmap.api.parameters import Parameter, number
from hazardmap.api.v1.coverage import coverage_feature, coverage_goods, read_looked_cell
from hazardmap.api.v1.workzones import zone_goods
from hazardmap.core.answers.feature import feature
from hazardmap.core.answers.zone_feature import zone_feature
from hazardmap.core.fusion.hazard import LIVE
from hazardmap.core.geometry.area import Cell
from hazardmap.core.geometry.bbox import Bbox
from hazardmap.core.geometry.grid import cell_text
from hazardmap.core.ids import id_or_none
from hazardmap.hazards import search, selectors
from hazardmap.hazards.coverage_search import WINDOW, coverage_page
from hazardmap.hazards.heirs import heir_of
from hazardmap.hazards.zone_selectors import ZonesWanted, zone_get, zones_page

WORLD: Final[Bbox] = (-180.0, -90.0, 180.0, 90.0)
ALWAYS: Final = Interval(None, None)
MOST_EMPTY: Final = 32
"""Pages of coverage that an answer passes over: it is bounded, even if GDAL stops there then."""
Feature = dict[str, Any]


class Page(NamedTuple):
    """after: what the parameter `after` takes for the next page; None at the end."""

    features: list[Feature]
    goods: Goods
    after: str | None


class One(NamedTuple):
    feature: Feature
    goods: Goods


@dataclass(frozen=True, slots=True)
class Collection:
    """parameters: of its items. page: by their values, as of now. one: by the id in the path. heir:
    by such an id, under which other one the same is told now."""

    id: str
    title: str
    says: str
    parameters: tuple[Parameter, ...]
    page: Callable[[dict[str, Any], datetime], Page]
    one: Callable[[str, datetime], One | None]
    heir: Callable[[str], UUID | None] = lambda _: None


def _hazards(values: dict[str, Any], now: datetime) -> Page:
    seen = values["datetime"] or ALWAYS
    wanted = wanted_of(values | {"seen_from": seen.begin, "seen_to": seen.end}, now)
    limit, area = values["limit"], values["bbox"] or WORLD
    found = search.page(area, wanted, after=values["after"], limit=limit + 1)
    shown = found[:limit]
    after = str(shown[-1].id) if len(found) > limit else None
    return Page([feature(one, now) for one in shown], goods_of(shown), after)


def _hazard(text: str, now: datetime) -> One | None:
    id_ = id_or_none(text)
    found = None if id_ is None else selectors.hazard_get(id_)
    if found is None or found.state not in LIVE:
        return None
    return One(feature(found, now), goods_of([found]))


def _hazard_heir(text: str) -> UUID | None:
    id_ = id_or_none(text)
    return None if id_ is None else heir_of(id_)


def _zones(values: dict[str, Any], now: datetime) -> Page:
    seen, limit = values["datetime"] or ALWAYS, values["limit"]
    wanted = ZonesWanted(
        seen_from=seen.begin,
        seen_to=seen.end,
        min_probability=values["min_probability"],
        simulated=values["simulated"],
        at=now,
    )
    found = zones_page(values["bbox"], wanted, after=values["after"], limit=limit + 1)
    shown = found[:limit]
    after = str(shown[-1].zone.id) if len(found) > limit else None
    features = [zone_feature(one.zone, one.updated_at, now) for one in shown]
    return Page(features, zone_goods(shown), after)


def _zone(text: str, now: datetime) -> One | None:
    id_ = id_or_none(text)
    found = None if id_ is None else zone_get(id_)
    if found is None or found.zone.ended_at is not None:
        return None
    return One(zone_feature(found.zone, found.updated_at, now), zone_goods([found]))


def _coverage(values: dict[str, Any], now: datetime) -> Page:
    looked, limit = values["datetime"] or ALWAYS, values["limit"]
    page_after = partial(
        coverage_page,
        values["bbox"] or WORLD,
        since=looked.begin or now - WINDOW,
        until=looked.end or now,
    )
    page = page_after(after=values["after"], limit=limit)
    # GDAL and QGIS take an empty page for the end, whatever its link `next` says.
    for _ in range(MOST_EMPTY):
        if page.cells or page.after is None:
            break
        page = page_after(after=page.after, limit=MAX_LIMIT)
    shown, after = page.cells[:limit], page.after
    if len(shown) < len(page.cells):
        after = shown[-1][0]
    features = [coverage_feature(cell, looks) for cell, looks in shown]
    return Page(features, coverage_goods(shown), None if after is None else cell_text(after))


def _covered(text: str, now: datetime) -> One | None:
    try:
        cell = read_looked_cell(text)
    except ValueError:
        return None
    found = coverage_page(Cell(cell), since=now - WINDOW, until=now, after=None, limit=1).cells
    return One(coverage_feature(*found[0]), coverage_goods(found)) if found else None


_HAZARD_FILTERS = [one for one in FILTERS if one.name not in {"seen_from", "seen_to"}]
COLLECTIONS: Final = {
    one.id: one
    for one in (
        Collection(
            "hazards",
            "Road hazards",
            "Live hazards, each with a probability that fades. `datetime` touches the time between "
            "the first and the last sighting. A feature costs a unit.",
            items(read_id, *_HAZARD_FILTERS),
            _hazards,
            _hazard,
            _hazard_heir,
        ),
        Collection(
            "workzones",
            "Work zones",
            "Lines along the road where cones, signs and machines stand together, in the direction "
            "of travel. `datetime` touches the time between the first and the last sighting. A "
            "feature costs a unit.",
            items(
                read_id,
                Parameter("min_probability", number(0, 1), "that it is there now", float, 0.0),
                MADE_UP,
            ),
            _zones,
            _zone,
        ),
        Collection(
            "coverage",
            "Coverage",
            "Cells about 130 m wide at which somebody looked on the days (UTC) of `datetime`, by "
            "default in the last 30 days. Where there is no cell nothing is known of a look. A "
            "look is told with a delay, and not around the ends of a drive. Free.",
            items(read_looked_cell),
            _coverage,
            _covered,
        ),
    )
}
