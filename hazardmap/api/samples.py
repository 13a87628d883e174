"""An example of each operation: in the OpenAPI document, and as code to copy.

Tests run every one of them.
"""

import json
from typing import Any, Final
from urllib.parse import urlencode

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
    operation["x-codeSamples"] = [
        {"lang": "Shell", "label": "curl", "source": _curl(id_, method, url)},
        {"lang": "JavaScript", "label": "JavaScript", "source": _javascript(id_, method, url)},
        {"lang": "Python", "label": "Python", "source": _python(id_, method, url)},
    ]


def _headers(id_: str, token: str) -> dict[str, str]:
    headers = {} if id_ in _WITHOUT_TOKEN else {"Authorization": f"Bearer {token}"}
    return headers | ({"Accept": ACCEPT[id_]} if id_ in ACCEPT else {})


def _variable(id_: str) -> str:
    return "HAZARDMAP_TOKEN" if id_ in {"uploadFrame", "getFrame"} else "HAZARDMAP_KEY"


def _curl(id_: str, method: str, url: str) -> str:
    parts = ["curl"]
    if method in ("delete", "patch"):
        parts.append(f"-X {method.upper()}")
    elif method == "post" and id_ not in BODY and id_ != "uploadFrame":
        parts.append("-X POST")
    parts += [
        f'-H "{name}: {value}"' for name, value in _headers(id_, f"${_variable(id_)}").items()
    ]
    if id_ in BODY:
        parts.append(f"--json '{json.dumps(BODY[id_])}'")
    if id_ == "uploadFrame":
        parts.append(f"-F image=@{FILE}")
    return " \\\n  ".join([*parts, f'"{url}"'])


def _javascript(id_: str, method: str, url: str) -> str:
    headers = [f"{name}: `{value}`" for name, value in _headers(id_, "${key}").items()]
    options = [f'method: "{method.upper()}"'] if method != "get" else []
    lines = []
    if id_ in BODY:
        headers.append('"Content-Type": "application/json"')
        options.append(f"body: JSON.stringify({json.dumps(BODY[id_])})")
    if id_ == "uploadFrame":
        lines = ["const form = new FormData();", 'form.append("image", file);']
        options.append("body: form")
    if headers:
        options.append(f"headers: {{ {', '.join(headers)} }}")
    body = "".join(f"  {option},\n" for option in options)
    lines.append(f'const answer = await fetch("{url}", {{\n{body}}});')
    lines.append("if (!answer.ok) throw new Error((await answer.json()).detail);")
    lines.append("console.log(await answer.text());")
    return "\n".join(lines)


def _python(id_: str, method: str, url: str) -> str:
    arguments = [f'"{url}"']
    if headers := _headers(id_, "{key}"):
        pairs = ", ".join(
            f'"{name}": {"f" if "{" in value else ""}"{value}"' for name, value in headers.items()
        )
        arguments.append(f"headers={{{pairs}}}")
    if id_ in BODY:
        arguments.append(f"json={BODY[id_]!r}")
    if id_ == "uploadFrame":
        arguments.append(f'files={{"image": open("{FILE}", "rb")}}')
    inner = "".join(f"    {argument},\n" for argument in arguments)
    return "\n".join(
        [
            "import httpx",
            "",
            f"answer = httpx.{method}(\n{inner})",
            "answer.raise_for_status()",
            "print(answer.text)",
        ]
    )
