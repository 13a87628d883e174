"""The page for the phone at the windscreen: it warns, and records for those who contribute.

To warn, a phone tells nobody where it is: it fetches the hazards of whole squares of a coarse
grid, the same answers for everybody, and finds out by itself which of them lie ahead. Only the
frames that it records, where it is paired, go out with their place.
"""

from functools import lru_cache
from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from hazardmap.core.answers.public import newest_first
from hazardmap.core.answers.wanted import Wanted
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.hazards import search
from hazardmap.platform.limited import limited
from hazardmap.web.pages import public_page
from hazardmap.web.words import vocabulary

SQUARE_DEG: Final = 0.2
"""frontend/src/drive/squares.ts has the same."""
COLUMNS: Final = range(-900, 900)
ROWS: Final = range(-450, 450)
IN_A_SQUARE: Final = 2000
SQUARES_PER_MINUTE: Final = 240
MAX_AGE_S: Final = 20
LEAST_LIKELY: Final = 0.2


@public_page
def drive_page(request: HttpRequest) -> HttpResponse:
    return render(request, "web/drive.html", {"vocabulary": vocabulary()})


@require_safe
@limited("squares", SQUARES_PER_MINUTE)
def square(request: HttpRequest, column: int, row: int) -> HttpResponse:
    """The hazards of a square whose south-west corner is (column, row) · SQUARE_DEG degrees."""
    if column not in COLUMNS or row not in ROWS:
        raise Http404
    now = timezone.now()
    west, south = column * SQUARE_DEG, row * SQUARE_DEG
    box = (west, south, min(west + SQUARE_DEG, 180.0), min(south + SQUARE_DEG, 90.0))
    wanted = Wanted(at=now, published=False, min_probability=LEAST_LIKELY)
    found = newest_first(search.newest(box, wanted, limit=IN_A_SQUARE))
    answer = JsonResponse({"now": now.timestamp(), "hazards": [_brief(one) for one in found]})
    answer.headers["Cache-Control"] = f"public, max-age={MAX_AGE_S}"
    return answer


@public_page
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: at this address, because it may look after /drive/ only from there."""
    return HttpResponse(
        _worker(),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )


@lru_cache(maxsize=1)
def _worker() -> bytes:
    path = finders.find("web/drive_worker.js")
    if path is None:
        raise FileNotFoundError("web/drive_worker.js")
    return Path(path).read_bytes()


def _brief(hazard: Hazard) -> dict[str, object]:
    return {
        "id": str(hazard.id),
        "kind": hazard.kind,
        "lon": round(hazard.lon, 6),
        "lat": round(hazard.lat, 6),
        "p": round(hazard.p, 3),
        "t": hazard.t_ref.timestamp(),
        "half_life": hazard.half_life_s,
        "severity": hazard.severity,
        "published": hazard.published,
    }
