"""The streets of the background map, from a file to a tile."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from django.core.management import CommandError, call_command

from hazardmap.hazards.road_models import Road
from tests.tile_reading import get_path, get_tile, tile_at
from tiles import roads

pytestmark = pytest.mark.django_db
HELSINKI = (24.94, 60.17)


def get(zoom: int) -> Any:
    return get_tile(tile_at(*HELSINKI, zoom), "roads")


def path_of(zoom: int) -> str:
    tile = tile_at(*HELSINKI, zoom)
    return f"/tiles/v1/roads/{tile.z}/{tile.x}/{tile.y}.mvt"


def street(osm_id: object, *points: tuple[float, float], **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"osm_id": str(osm_id), "highway": "primary"} | properties,
        "geometry": {"type": "LineString", "coordinates": points},
    }


def load(tmp_path: Path, body: Any) -> None:
    path = tmp_path / "roads.geojson"
    path.write_text(body if isinstance(body, str) else json.dumps(body))
    call_command("load_roads", str(path), verbosity=0)


def test_streets_are_loaded_drawn_and_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lon, lat = HELSINKI
    here, aside = (lon, lat), (lon + 0.001, lat)
    lane = street(2, here, (lon, lat + 0.001), highway="service")
    point = {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "Point", "coordinates": here},
    }
    features = [street(1, here, aside, name="Esplanadi"), lane, point]
    for _ in range(2):
        load(tmp_path, {"features": features})
        assert Road.objects.count() == 2

    def names(zoom: int) -> list[dict[str, Any]]:
        response = get(zoom)
        layers = mapbox_vector_tile.decode(response.content)
        return [item["properties"] for item in layers["roads"]["features"]]

    before = get_path(path_of(14)).content
    load(tmp_path, {"features": [*features[:1], street(2, here, aside, highway="primary")]})
    assert get_path(path_of(14)).content != before, "no built tile shows the old streets"
    load(tmp_path, {"features": features})
    assert get_path(path_of(14)).content == before
    assert names(10) == [{"name": "Esplanadi", "highway": "primary"}]
    assert len(names(14)) == 2
    assert {"highway": "service"} in names(14)
    monkeypatch.setattr(roads, "BUDGET_BYTES", len(get(14).content) - 1)
    layers = mapbox_vector_tile.decode(get(14).content)
    assert [one["properties"]["highway"] for one in layers["roads"]["features"]] == ["primary"]
    [said] = layers[roads.TRUNCATED]["features"]
    assert said["properties"] == {"shown": 1, "left_out": 1}
    assert get(9).status_code == 204
    assert get(14).headers["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"features": 5}',
        {"features": [{"properties": None}]},
        {"features": [street(1)]},
        {"features": [street(1, (1.0, 2.0))]},
        {"features": [street(1, (0, 0), (float("inf"), 1))]},
        {"features": [street(1, (0, 0), (0, 90))]},
        {"features": [street("x", (0, 0), (1, 1))]},
        {"features": [street("9" * 30, (0, 0), (1, 1))]},
        {"features": [street(1, (0, 0), (1, 1)) | {"properties": ["highway"]}]},
        {"features": [street(1, (0, 0), (1, 1)) | {"geometry": None}]},
        json.dumps({"features": [street(1, (0, 0), (1, 1)), street(2, (0, 0), (1, 1))]})[:-9],
    ],
)
def test_a_file_that_holds_no_streets_is_one_sentence(tmp_path: Path, body: Any) -> None:
    with pytest.raises(CommandError, match="cannot be read as streets"):
        load(tmp_path, body)
    assert not Road.objects.exists()


def test_what_is_loaded_in_several_batches_is_all_there_or_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("hazardmap.hazards.services.roads_load"), "BATCH", 2)
    streets = [street(n, (0, 0), (1, 1), name=f"Road {n}") for n in range(5)]
    load(tmp_path, {"features": streets})
    assert sorted(Road.objects.values_list("osm_id", flat=True)) == [0, 1, 2, 3, 4]
    with pytest.raises(CommandError, match="cannot be read as streets"):
        load(tmp_path, {"features": [street(7, (0, 0), (1, 1)), *streets, street("x", (0, 0))]})
    assert Road.objects.count() == 5


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read as streets"):
        call_command("load_roads", str(tmp_path / "nowhere.geojson"))
