"""An example of each operation: in the OpenAPI document, and as code to copy.

Tests run every one of them.
"""

from typing import Any, Final
from urllib.parse import urlencode

from hazardmap.platform.code_samples import Call, Token, samples_of

SITE: Final = "https://map.example"
_ROUTE: Final = {"type": "LineString", "coordinates": [[24.94, 60.17], [24.96, 60.18]]}
_SQUARE: Final = {
    "type": "Polygon",
    "coordinates": [[[24.9, 60.1], [25.0, 60.1], [25.0, 60.2], [24.9, 60.2], [24.9, 60.1]]],
}
_ID: Final = "01990000-0000-7000-8000-000000000000"
QUERY: Final[dict[str, dict[str, Any]]] = {
    "listHazards": {"bbox": "24.9,60.1,25.0,60.2", "min_probability": 0.5},
    "listHazardsInRegion": {"kind": "cone,barrier"},
    "listHazardsAlongRoute": {"corridor_m": 30},
    "listHazardsAhead": {"lon": 24.94, "lat": 60.16, "heading_deg": 0, "speed_mps": 20},
    "exportHazards": {"bbox": "24.9,60.1,25.0,60.2"},
    "listChanges": {"since": 0, "limit": 100},
    "listWorkZones": {"bbox": "24.9,60.1,25.0,60.2"},
    "listCoverage": {"bbox": "24.9,60.1,25.0,60.2"},
}
BODY: Final[dict[str, Any]] = {
    "listHazardsInRegion": _SQUARE,
    "listHazardsAlongRoute": _ROUTE,
    "addEndpoint": {"url": "https://fleet.example/hook"},
    "changeEndpoint": {"url": "https://fleet.example/new-hook"},
    "changeWatchArea": {"name": "to work", "min_probability": 0.8},
    "addWatchArea": {"endpoint_id": _ID, "name": "home", "area": _SQUARE},
    "replayDeadDeliveries": {"since": "2026-11-01T00:00:00Z"},
    "rollEndpointSecret": {"overlap_s": 3600},
    "pairDevice": {"code": "ABCD2345", "name": "dashcam"},
    "reportLeakedKeys": {"tokens": ["hm_key_an-example"]},
}
FILE: Final = "frame.jpg"
ACCEPT: Final = {"exportHazards": "text/csv"}
_WITHOUT_TOKEN: Final = {"pairDevice", "reportLeakedKeys"}
_LANGUAGES: Final = {"curl": "Shell"}


def add_samples(path: str, method: str, operation: dict[str, Any]) -> None:
    """Put examples and code (`x-codeSamples`) into an operation of the document."""
    id_ = operation["operationId"]
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            parameter["example"] = _ID
            path = path.replace(f"{{{parameter['name']}}}", _ID)
        elif parameter["name"] in QUERY.get(id_, {}):
            parameter["example"] = QUERY[id_][parameter["name"]]
    if id_ in BODY:
        operation["requestBody"]["content"]["application/json"]["example"] = BODY[id_]
    query = urlencode(QUERY.get(id_, {}), safe=",")
    url = f"{SITE}{path}{f'?{query}' if query else ''}"
    call = Call(
        method,
        url,
        token=None if id_ in _WITHOUT_TOKEN else _token(id_),
        headers={"Accept": ACCEPT[id_]} if id_ in ACCEPT else {},
        body=BODY.get(id_),
        file=FILE if id_ == "uploadFrame" else "",
    )
    operation["x-codeSamples"] = [
        {"lang": _LANGUAGES.get(one.label, one.label), "label": one.label, "source": one.code}
        for one in samples_of(call)
    ]


def _token(id_: str) -> Token:
    name = "HAZARDMAP_TOKEN" if id_ in {"uploadFrame", "getFrame"} else "HAZARDMAP_KEY"
    return Token(f"${name}", "${key}", "{key}")
