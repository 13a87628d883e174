"""Where somebody has looked: "no hazard" and "no data" are different answers."""

from datetime import datetime
from typing import Any, Final

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.api.buyers import BuyerView, Goods, links_of, sold
from hazardmap.api.geojson import MEDIA_TYPE, Answer, Link, collection
from hazardmap.api.grammar import BBOX, CELL, LIMIT
from hazardmap.api.operations import operation
from hazardmap.api.parameters import Parameter, moment
from hazardmap.api.problems import InvalidParameter
from hazardmap.core.answers.cell_feature import outline
from hazardmap.core.answers.feature import timestamp
from hazardmap.core.geometry.area import Cell
from hazardmap.core.geometry.coverings import LOOKED_RES
from hazardmap.core.geometry.grid import cell_text
from hazardmap.core.seeing.georeference import Fault
from hazardmap.hazards import change_feed
from hazardmap.hazards.coverage_search import WINDOW, Covered, coverage_page
from hazardmap.hazards.looks_told import FEW


def read_looked_cell(text: str) -> int:
    """A cell of coverage. Raises ValueError."""
    cell = Cell.read(text)
    first, last = cell.span()
    if first != last:
        raise ValueError(f"must be a cell of H3, resolution {LOOKED_RES}, in hexadecimal")
    return first


COVERAGE: Final = (
    BBOX,
    CELL,
    Parameter("since", moment, "looks on this day (UTC) or later; default 30 days ago", datetime),
    LIMIT,
    Parameter("after", read_looked_cell, "the last cell that the page before looked at"),
)


class Outline(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["Polygon", "MultiPolygon"])
    coordinates = serializers.ListField(child=serializers.ListField())


class CoverageProperties(serializers.Serializer[Any]):
    last_looked_at = serializers.DateTimeField(
        help_text=f"the hour of the last look; the day, where fewer than {FEW} accounts have looked"
    )
    passes = serializers.IntegerField(
        min_value=FEW,
        allow_null=True,
        help_text="independent looks since then; an account counts once an hour; null where fewer "
        f"than {FEW} accounts have looked",
    )
    witnesses = serializers.IntegerField(
        min_value=FEW,
        allow_null=True,
        help_text=f"how many accounts have looked; null where they are fewer than {FEW}",
    )


class CoverageFeature(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["Feature"])
    id = serializers.CharField(help_text=f"a cell of H3, resolution {LOOKED_RES}")
    geometry = Outline()
    properties = CoverageProperties()


class CoverageCollection(Answer):
    type = serializers.ChoiceField(["FeatureCollection"])
    features = CoverageFeature(many=True)
    links = Link(many=True, help_text="`next`, where more follows, even after an empty page")


class Coverage(BuyerView):
    meter = None

    @operation("listCoverage", COVERAGE, responses={(200, MEDIA_TYPE): CoverageCollection})
    def get(self, request: Request) -> Response:
        """Cells about 130 m wide at which somebody looked, page by page. Free.

        Where there is no cell nothing is known of a look, whatever the map shows there. So that
        nobody can be followed, a look is told an hour after its own hour at the earliest (of fewer
        than three accounts on the day after), and never around the beginning and the end of a
        drive. A page may be short or even empty and still have a `next`.
        """
        values = self.values
        if (values["bbox"] is None) == (values["cell"] is None):
            rule = "give bbox=west,south,east,north or cell: one of the two"
            raise InvalidParameter([Fault("bbox", rule)])
        now, changed_at = timezone.now(), change_feed.changed_at()
        page = coverage_page(
            values["bbox"] or values["cell"],
            since=values["since"] or now - WINDOW,
            until=now,
            after=values["after"],
            limit=values["limit"],
        )
        body = collection(
            (coverage_feature(cell, looks) for cell, looks in page.cells),
            as_of=now,
            changed_at=changed_at,
            links=links_of(request, None if page.after is None else cell_text(page.after)),
        )
        return sold(request, coverage_goods(page.cells), "coverage", body)


def coverage_feature(cell: int, looks: Covered) -> dict[str, Any]:
    """In the shape that `CoverageFeature` describes."""
    return {
        "type": "Feature",
        "id": cell_text(cell),
        "geometry": outline(cell),
        "properties": {
            "last_looked_at": timestamp(looks.last_at),
            "passes": looks.looks,
            "witnesses": looks.witnesses,
        },
    }


def coverage_goods(cells: list[tuple[int, Covered]]) -> Goods:
    """Nobody pays for what the map does not know."""
    return Goods(0, (), repr(cells).encode())
