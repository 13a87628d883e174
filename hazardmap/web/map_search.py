"""What the search box of the map asks the server for: streets by name, and cells of H3."""

import h3.api.basic_str as h3
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from hazardmap.core.geometry.grid import corners
from hazardmap.hazards.road_selectors import Street, streets_named
from hazardmap.platform.limited import limited
from hazardmap.platform.problems import answer
from hazardmap.web.places import SHORTEST

SEARCHES_PER_MINUTE = 240
STREETS = 6
LONGEST = 80
MAX_AGE_S = 60


@require_safe
@limited("searches", SEARCHES_PER_MINUTE)
def search(request: HttpRequest) -> HttpResponse:
    """At most STREETS streets whose names begin so, and the cell where `q` is its index."""
    text = request.GET.get("q", "").strip()
    if not SHORTEST <= len(text) <= LONGEST or "\0" in text:
        return answer(400, f"q must have {SHORTEST} to {LONGEST} characters.")
    body = {
        "streets": [_street(street) for street in streets_named(text, limit=STREETS)],
        "cell": _cell(text.lower()) if h3.is_valid_cell(text.lower()) else None,
    }
    response = JsonResponse(body)
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE_S}"
    return response


def _street(street: Street) -> dict[str, object]:
    return {"name": street.name, "bbox": street.bbox}


def _cell(index: str) -> dict[str, object]:
    """The outline of a cell as a ring of longitudes and latitudes."""
    ring = corners(h3.str_to_int(index))
    return {"index": index, "resolution": h3.get_resolution(index), "ring": [*ring, ring[0]]}
