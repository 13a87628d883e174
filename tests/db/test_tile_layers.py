"""Work zones and coverage in tiles, and cells beside what PostGIS makes of them."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import h3.api.basic_int as h3
import mapbox_vector_tile
import pytest
from django.db import connection
from django.utils import timezone
from shapely.geometry import shape

from hazardmap.core.derived.workzone import WorkZone, ZoneChange
from hazardmap.core.geometry.coverings import looked_cell
from hazardmap.core.geometry.geodesy import moved
from hazardmap.core.geometry.grid import feature_id, parent
from hazardmap.hazards import models, zone_mapping
from tests.map_scene import around, made_up_zone, on_map, tell_zone, to_tiles
from tests.tile_reading import cell_of_feature, tile_at
from tiles import coverage, workzones
from tiles.files import fetch
from tiles.layers import build
from tiles.mercator import Tile
from tiles.models import Publication
from tiles.publish import publish

pytestmark = pytest.mark.django_db
HELSINKI = (24.94, 60.17)


def features(layer: str, tile: Tile, name: str = "") -> list[dict[str, Any]]:
    body = build(layer, tile)
    options = {"y_coord_down": True}
    layers = mapbox_vector_tile.decode(body, default_options=options) if body else {}
    return list(layers.get(name or layer, {"features": []})["features"])


@pytest.mark.parametrize("zoom", [0, 4, 7, 9, 11])
def test_cells_are_what_postgis_draws_of_them(zoom: int) -> None:
    on_map(*around(HELSINKI, 60_000.0 / (1 << max(0, zoom - 7)), 60))
    to_tiles()
    tile = tile_at(*HELSINKI, zoom)
    ours = {item["id"]: item for item in features("hazards", tile, "cells")}
    assert len(ours) > 1 or zoom < 7
    outlines = {id_: _polygon(cell_of_feature(id_)) for id_ in ours}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT ST_AsMVT(cell, 'cells', 4096, 'geometry', 'id') FROM (
                SELECT id, ST_AsMVTGeom(
                    ST_Transform(ST_SetSRID(ST_GeomFromGeoJSON(ring), 4326), 3857),
                    ST_TileEnvelope(%s, %s, %s), 4096, 64, true
                ) AS geometry
                FROM unnest(%s::bigint[], %s::text[]) AS given (id, ring)
            ) AS cell
            """,
            [tile.z, tile.x, tile.y, list(outlines), list(outlines.values())],
        )
        body = bytes(cursor.fetchone()[0])
    decoded = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})
    theirs = {item["id"]: item for item in decoded["cells"]["features"]}
    assert ours.keys() == theirs.keys()
    for id_, item in ours.items():
        one, other = shape(item["geometry"]), shape(theirs[id_]["geometry"])
        assert one.symmetric_difference(other).area <= 1.5 * other.length


def _polygon(h3_cell: int) -> str:
    ring = [[lon, lat] for lat, lon in h3.cell_to_boundary(h3_cell)]
    return json.dumps({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})


def test_coverage_says_when_and_how_often_somebody_looked() -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=26)
    here, beside = looked_cell(*HELSINKI), looked_cell(*moved(*HELSINKI, 90.0, 130.0)[:2])
    looks = [
        (here, 1, 0),
        (here, 1, 1),
        (here, 2, 1),
        (here, 4, 0),
        (beside, 1, 1),
        (here, 3, -960),
    ]
    for cell, witness, hours in looks:
        start = hour + timedelta(hours=hours)
        last_at = start + timedelta(minutes=7 * witness)
        models.Look.objects.create(
            cell=cell, witness=witness, hour=start, last_at=last_at, told=True
        )
    found = {
        item["id"]: item["properties"] for item in features("coverage", tile_at(*HELSINKI, 15))
    }
    assert found.keys() <= {feature_id(here), feature_id(beside)}
    latest = int((hour + timedelta(hours=1)).timestamp())
    said = {"looked_at": latest, "passes": 4, "witnesses": 3}
    assert found[feature_id(here)] == said
    day = int((hour + timedelta(hours=1)).replace(hour=0).timestamp())
    if feature_id(beside) in found:
        assert found[feature_id(beside)] == {"looked_at": day}, "of one driver only the day"
    for zoom, res in ((10, 8), (13, 9)):
        coarse = {item["id"]: item for item in features("coverage", tile_at(*HELSINKI, zoom))}
        above = coarse[feature_id(parent(here, res))]
        assert above["properties"] == said
        assert above["properties"].keys() == coverage.FIELDS.keys()
        assert shape(above["geometry"]).is_valid
    assert build("coverage", tile_at(*HELSINKI, 9)) is None
    assert build("coverage", tile_at(0.0, 0.0, 14)) is None


@pytest.mark.parametrize("lon", [-180.0, 180.0])
@pytest.mark.parametrize("zoom", [10, 14])
def test_coverage_on_the_antimeridian_is_in_both_tiles(lon: float, zoom: int) -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    models.Look.objects.create(
        cell=looked_cell(lon, 10.0), witness=1, hour=hour, last_at=hour, told=True
    )
    row = tile_at(0.0, 10.0, zoom).y
    west, east = (features("coverage", Tile(zoom, x, row)) for x in (0, (1 << zoom) - 1))
    assert len(west) == len(east) == 1
    assert west[0]["id"] == east[0]["id"]


def test_a_work_zone_is_a_line_with_everything_that_the_tilejson_describes() -> None:
    line = (24.94, 60.17), (24.95, 60.175), (24.96, 60.175)
    one = made_up_zone(*line, kinds={"cone": 2, "worker": 1}, p=0.8125)
    tell_zone(one, ZoneChange.APPEARED)
    [item] = features("workzones", tile_at(24.945, 60.173, 12))
    assert item["id"] == one.id.int % 2**53
    assert item["geometry"]["type"] == "LineString"
    assert item["properties"].keys() == workzones.FIELDS.keys()
    said = {"id": str(one.id), "p": 0.8125, "devices": 3, "severity": 3, "simulated": False}
    assert said.items() <= item["properties"].items()
    assert build("workzones", tile_at(24.945, 60.173, 7)) is None
    tell_zone(replace(one, ended_at=timezone.now()), ZoneChange.ENDED)
    assert build("workzones", tile_at(24.945, 60.173, 12)) is None


def test_where_work_zones_do_not_fit_the_longest_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workzones, "MOST_SHOWN", 2)
    zones = [made_up_zone(HELSINKI, (24.95, 60.175), length_m=m) for m in (90.0, 30.0, 60.0)]
    for one in zones:
        tell_zone(one, ZoneChange.APPEARED)
    shown = {item["properties"]["id"] for item in features("workzones", tile_at(*HELSINKI, 12))}
    assert shown == {str(zones[0].id), str(zones[2].id)}
    [said] = features("workzones", tile_at(*HELSINKI, 12), workzones.TRUNCATED)
    assert said["properties"] == {"shown": 2, "left_out": 1}


@pytest.mark.parametrize("zoom", [8, 12, 17])
def test_a_work_zone_across_the_antimeridian_is_on_both_sides(zoom: int) -> None:
    tell_zone(made_up_zone((179.999, 65.0), (-179.999, 65.0005)), ZoneChange.APPEARED)
    row = tile_at(0.0, 65.00025, zoom).y
    for column in (0, (1 << zoom) - 1):
        [item] = features("workzones", Tile(zoom, column, row))
        xs = [x for x, _ in item["geometry"]["coordinates"]]
        assert max(xs) - min(xs) < 1100 << max(0, zoom - 14)


def test_tiles_of_a_work_zone_are_touched_where_it_was_and_where_it_is() -> None:
    before, after = (
        made_up_zone((24.94, 60.17), (24.95, 60.175)),
        made_up_zone((24.94, 60.17), (24.945, 60.18)),
    )
    after = replace(after, id=before.id)
    tell_zone(before, ZoneChange.APPEARED)
    touched, cursor = workzones.touched_since(0, limit=9)
    assert touched == _drawing(before) > {tile_at(24.95, 60.175, z) for z in range(8, 23)}
    tell_zone(after, ZoneChange.CHANGED)
    touched, cursor = workzones.touched_since(cursor, limit=9)
    assert touched == _drawing(before) | _drawing(after)
    assert workzones.touched_since(cursor, limit=9) == (set(), cursor)


def test_of_work_zones_with_a_long_history_only_the_last_state_is_read(
    django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    whole = zone_mapping.zone_from_json

    def counted(values: Any) -> WorkZone:
        read.append(values)
        return whole(values)

    monkeypatch.setattr(zone_mapping, "zone_from_json", counted)
    first, second = (
        made_up_zone((24.94, 60.17), (24.95, 60.175)),
        made_up_zone((25.94, 60.17), (25.95, 60.175)),
    )
    for _ in range(5):
        tell_zone(first, ZoneChange.CHANGED)
        tell_zone(second, ZoneChange.CHANGED)
    _, cursor = workzones.touched_since(0, limit=99)
    later = [replace(one, line=((0.0, 1.0), (0.0, 1.1))) for one in (first, second)]
    for one in later:
        tell_zone(one, ZoneChange.CHANGED)
    read.clear()
    with django_assert_num_queries(2):
        touched, _ = workzones.touched_since(cursor, limit=99)
    assert touched == _drawing(first) | _drawing(second) | _drawing(later[0])
    assert len(read) == 4


def test_a_work_zone_that_ends_before_a_rebuild_for_other_headers_leaves_its_tiles() -> None:
    def shown() -> bytes | None:
        return fetch("workzones", tile, lambda: build("workzones", tile), None).body

    one, tile = made_up_zone((24.94, 60.17), (24.95, 60.175)), tile_at(24.945, 60.1725, 12)
    to_tiles()
    tell_zone(one, ZoneChange.APPEARED)
    assert publish()
    assert shown()
    tell_zone(replace(one, ended_at=timezone.now()), ZoneChange.ENDED)
    Publication.objects.update(encoding="of the version before")
    to_tiles()
    publish()
    assert shown() is None


def _drawing(one: WorkZone) -> set[Tile]:
    """Found the long way: around its places, not down the zooms."""
    (lon, lat), (lon2, lat2) = one.line
    steps = [(lon + (lon2 - lon) * i / 999, lat + (lat2 - lat) * i / 999) for i in range(1000)]
    near = {
        Tile(tile.z, tile.x + dx, tile.y + dy)
        for z in range(8, 23)
        for tile in {tile_at(*step, z) for step in steps}
        for dx in (-1, 0, 1)
        for dy in (-1, 0, 1)
    }
    return {tile for tile in near if workzones.stroke(one.line, tile)}
