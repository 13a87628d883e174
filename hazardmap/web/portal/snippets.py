"""Calls of the API to paste, with the reader's own key in them."""

from typing import Final, NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from hazardmap.core.geometry.bbox import wrapped
from hazardmap.hazards.selectors import first_look

ANYWHERE: Final = (24.9, 60.1, 25.0, 60.2)


class Snippet(NamedTuple):
    language: str
    code: str


class Operation(NamedTuple):
    """name: for a link. body: JSON of a POST, "" of a GET."""

    name: str
    title: str
    text: str
    path: str
    body: str = ""


def first_call(request: HttpRequest, key: str | None) -> str:
    """With curl, for the hazards of a place where there are some. key: a whole token, or what of
    it may be shown."""
    whole = key or "hm_key_…"
    return (
        f'curl -H "Authorization: Bearer {whole if _is_whole(whole) else _masked(whole)}" \\\n'
        f'  "{request.build_absolute_uri("/api/v1/hazards")}?bbox={_box()}"'
    )


def operations() -> list[Operation]:
    west, south, east, north = _bounds()
    lon, lat = wrapped(west + (east - west) % 360.0 / 2), (south + north) / 2
    line = (
        f'{{"type": "LineString", "coordinates": [[{west:.4f}, {south:.4f}], '
        f"[{east:.4f}, {north:.4f}]]}}"
    )
    return [
        Operation(
            "hazards",
            str(_("Hazards in a box")),
            str(_("Each with a probability that fades; where there are more, a link goes on.")),
            f"/api/v1/hazards?bbox={_box()}",
        ),
        Operation(
            "along",
            str(_("Along a route")),
            str(_("In the order of driving, with distance and side of the road.")),
            "/api/v1/hazards/along-route?corridor_m=30",
            line,
        ),
        Operation(
            "ahead",
            str(_("Ahead of a vehicle")),
            str(_("The nearest first.")),
            f"/api/v1/hazards/ahead?lon={lon:.4f}&lat={lat:.4f}&heading_deg=0&speed_mps=20",
        ),
        Operation(
            "changes",
            str(_("What has changed")),
            str(_("Complete and in order; go on at the cursor that you got last.")),
            "/api/v1/changes?since=0",
        ),
        Operation(
            "export",
            str(_("A whole area as CSV")),
            str(_("By the megabyte; also as GeoJSON, NDJSON or GeoParquet, as Accept says.")),
            f"/api/v1/hazards/export?bbox={_box()}",
        ),
        Operation(
            "tiles",
            str(_("Map tiles")),
            str(_("TileJSON with addresses of your own, for MapLibre, QGIS or GDAL.")),
            "/tiles/v1/hazards.json",
        ),
    ]


def snippets(request: HttpRequest, operation: Operation, key: str) -> list[Snippet]:
    url, masked = request.build_absolute_uri(operation.path), _masked(key)
    csv = operation.name == "export"
    return [
        Snippet("curl", _curl(url, masked, operation.body, csv=csv)),
        Snippet("JavaScript", _javascript(url, operation.body, csv=csv)),
        Snippet("Python", _python(url, operation.body, csv=csv)),
    ]


def _curl(url: str, key: str, body: str, *, csv: bool) -> str:
    lines = [f'curl -H "Authorization: Bearer {key}"']
    if csv:
        lines.append('-H "Accept: text/csv"')
    if body:
        lines.append(f"--json '{body}'")
    return " \\\n  ".join([*lines, f'"{url}"'])


def _javascript(url: str, body: str, *, csv: bool) -> str:
    headers = ["Authorization: `Bearer ${process.env.HAZARDMAP_KEY}`"]
    if csv:
        headers.append("Accept: 'text/csv'")
    more = ""
    if body:
        headers.append("'Content-Type': 'application/json'")
        more = f"\n  method: 'POST',\n  body: JSON.stringify({body}),"
    read = "text" if csv else "json"
    return (
        f"const answer = await fetch('{url}', {{{more}\n"
        f"  headers: {{ {', '.join(headers)} }},\n}});\n"
        f"if (!answer.ok) throw new Error((await answer.json()).detail);\n"
        f"console.log(await answer.{read}());"
    )


def _python(url: str, body: str, *, csv: bool) -> str:
    headers = ['"Authorization": f"Bearer {os.environ[\'HAZARDMAP_KEY\']}"']
    if csv:
        headers.append('"Accept": "text/csv"')
    call = f'httpx.post("{url}", json={body}, ' if body else f'httpx.get("{url}", '
    read = "text" if csv else "json()"
    return (
        f"import os\nimport httpx\n\nanswer = {call}headers={{{', '.join(headers)}}})\n"
        f"answer.raise_for_status()\nprint(answer.{read})"
    )


def _masked(key: str) -> str:
    """The public part of a key, and that a secret belongs behind it."""
    return f"{key.rstrip('_…')}_…"


def _is_whole(key: str) -> bool:
    return len(key) > 70


def _bounds() -> tuple[float, float, float, float]:
    return first_look() or ANYWHERE


def _box() -> str:
    """A little wider than what is on the map, so that the first answer is not empty."""
    west, south, east, north = _bounds()
    sides = max(-180, west - 0.01), max(-90, south - 0.01), min(180, east + 0.01), north + 0.01
    return ",".join(f"{side:.3f}" for side in sides)
