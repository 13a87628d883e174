"""How many bytes of script the map asks for before it can be drawn."""

import json
from pathlib import Path

from tests.bench.figures import Figure

DIST = Path(__file__).parents[3] / "frontend" / "dist"
ENTRY = "src/map/main.ts"


def figures() -> list[Figure]:
    """The entry with all that it imports, and MapLibre's worker beside it."""
    manifest = json.loads((DIST / "manifest.json").read_text())
    entry_kb = sum(_gzip_kb(manifest[name]["file"]) for name in _with_imports(manifest, ENTRY))
    workers = sorted((DIST / "assets").glob("maplibre-gl-worker-*.js"))
    worker_kb = sum(_gzip_kb(f"assets/{path.name}") for path in workers)
    note = f"the entry and what it imports; MapLibre's worker is {worker_kb:.0f} kB more"
    return [Figure(measure="map_js_gzip_kb", value=round(entry_kb, 1), unit="kB", note=note)]


def _with_imports(manifest: dict[str, dict[str, list[str]]], name: str) -> set[str]:
    found = {name}
    for other in manifest[name].get("imports", []):
        found |= _with_imports(manifest, other)
    return found


def _gzip_kb(file: object) -> float:
    return (DIST / f"{file}.gz").stat().st_size / 1000
