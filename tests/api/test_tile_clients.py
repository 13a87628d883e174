"""Real clients read what is served: GDAL's driver, the reference decoder, readers of TileJSON."""

import json
import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import LineString
from django.test import Client
from django.utils import timezone
from shapely.geometry import shape

from hazardmap.core.derived.workzone import ZoneChange
from hazardmap.core.geometry.coverings import looked_cell
from hazardmap.hazards.models import Look
from hazardmap.hazards.road_models import Road
from tests.map_scene import around, made_up_zone, on_map, tell_zone
from tests.tile_reading import get_tile, surveyed, tile_at
from tiles.layers import LAYERS

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore:The 'shapely.ops.transform"),
]
HELSINKI = (24.94, 60.17)
READ = [
    ("hazards", 9, "cells", "Polygon"),
    ("hazards", 15, "hazards", "Point"),
    ("workzones", 12, "workzones", "LineString"),
    ("coverage", 13, "coverage", "Polygon"),
    ("roads", 14, "roads", "LineString"),
]


@pytest.mark.parametrize(("layer", "zoom", "name", "kind"), READ)
def test_gdal_and_the_decoder_read_a_tile(
    tmp_path: Path, layer: str, zoom: int, name: str, kind: str
) -> None:
    _something_of_everything()
    tile = tile_at(*HELSINKI, zoom)
    body = get_tile(tile, layer).content
    options = {"y_coord_down": True}
    decoded = mapbox_vector_tile.decode(body, default_options=options)[name]
    assert (decoded["version"], decoded["extent"]) == (2, 4096)
    ids = [item["id"] for item in decoded["features"]]
    assert len(set(ids)) == len(ids) > 0
    for item in decoded["features"]:
        drawn = shape(item["geometry"])
        assert drawn.is_valid
        assert drawn.geom_type.removeprefix("Multi") == kind
        assert None not in item["properties"].values()
        if kind == "Polygon":
            for part in getattr(drawn, "geoms", [drawn]):
                assert surveyed(part.exterior.coords) > 0, "clockwise on a screen"
    found = _by_gdal(tmp_path, body, f"{tile.z}/{tile.x}/{tile.y}.mvt", name)
    assert sorted(item["properties"]["mvt_id"] for item in found) == sorted(ids)
    near = 0.02 if zoom > 9 else 1.0
    for item in found:
        drawn = shape(item["geometry"])
        assert drawn.is_valid
        assert drawn.distance(shape({"type": "Point", "coordinates": HELSINKI})) < near


def _something_of_everything() -> None:
    on_map(*around(HELSINKI, 200.0, 7))
    tell_zone(made_up_zone(HELSINKI, (24.945, 60.172)), ZoneChange.APPEARED)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    for place in around(HELSINKI, 500.0, 5):
        Look.objects.create(cell=looked_cell(*place), witness=1, hour=hour, last_at=hour, told=True)
    line = LineString(HELSINKI, (24.942, 60.171), srid=4326)
    line.transform(3857)
    Road.objects.create(osm_id=7, name="Katu", highway="primary", line=line)


def _by_gdal(folder: Path, body: bytes, address: str, name: str) -> list[dict[str, Any]]:
    """The features in degrees: GDAL takes a tile's place from its address."""
    path = folder / address
    path.parent.mkdir(parents=True)
    path.write_bytes(body)
    summary = subprocess.run(
        ["ogrinfo", "-ro", "-so", path, name], capture_output=True, text=True, check=True
    )
    assert f"Layer name: {name}" in summary.stdout
    done = subprocess.run(
        ["ogr2ogr", "-f", "GeoJSON", "-t_srs", "EPSG:4326", "/vsistdout/", path, name],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not summary.stderr + done.stderr
    features: list[dict[str, Any]] = json.loads(done.stdout)["features"]
    return features


@pytest.mark.parametrize("layer", LAYERS)
def test_the_description_is_tilejson_3(layer: str) -> None:
    """Each rule of version 3.0.0 that speaks of the members that we give."""
    said = Client().get(f"/tiles/v1/{layer}.json").json()
    assert said["tilejson"] == "3.0.0"
    assert re.fullmatch(r"\d+\.\d+\.\d+", said["version"])
    assert said["scheme"] == "xyz"
    assert said["tiles"] == [f"http://testserver/tiles/v1/{layer}/{{z}}/{{x}}/{{y}}.mvt"]
    assert 0 <= said["minzoom"] <= said["maxzoom"] <= 30
    west, south, east, north = said["bounds"]
    assert -180 <= west < east <= 180
    assert -90 <= south < north <= 90
    assert isinstance(said["attribution"], str)
    assert "<" not in said["attribution"]
    assert len({part["id"] for part in said["vector_layers"]}) == len(said["vector_layers"])
    for part in said["vector_layers"]:
        assert isinstance(part["id"], str)
        assert all(text and isinstance(text, str) for text in part["fields"].values())
        assert isinstance(part["description"], str)
        assert said["minzoom"] <= part["minzoom"] <= part["maxzoom"] <= said["maxzoom"]
