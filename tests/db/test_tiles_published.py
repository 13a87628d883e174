"""Tiles follow the map: exactly what has changed is forgotten, and nothing is lost on the way."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import mapbox_vector_tile
import pytest
from django.db import transaction
from django.utils import timezone

import tiles.publish
from hazardmap.core.fusion.hazard import Change, Hazard, State
from hazardmap.core.geometry.clusters import components
from hazardmap.core.geometry.geodesy import moved
from hazardmap.core.geometry.linking import ROW_M
from hazardmap.core.kinds import KINDS
from hazardmap.core.learned.versions import SHIPPED, version_json
from hazardmap.hazards import models
from hazardmap.hazards.learned_models import FusionVersion
from hazardmap.hazards.selectors import hazards_in
from hazardmap.hazards.services.events_write import events_write
from hazardmap.inference.selectors import recall_table
from tests.map_scene import around, hazard_row, on_map, to_tiles
from tests.tile_reading import tile_at
from tiles.files import Unavailable
from tiles.layers import LAYERS, build
from tiles.mercator import Tile
from tiles.models import Cell, CellFeature, HazardFeature, Publication
from tiles.publish import NeverBuilt, publish
from tiles.rebuild import rebuild

pytestmark = pytest.mark.django_db
HELSINKI = (24.94, 60.17)
NOW = datetime.now(UTC).replace(second=0, microsecond=0)


class Forgotten(list[set[Tile]]):
    """In place of the files: what was forgotten, call by call."""

    def __call__(self, layer: str, tiles: Iterable[Tile]) -> int:
        assert layer == "hazards"
        self.append(set(tiles))
        return 0


@pytest.fixture
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Forgotten:
    """Forgotten tiles, on a map that has been published, at a time that stands still."""
    calls = Forgotten()
    monkeypatch.setattr(tiles.publish, "forget", calls)
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    to_tiles()
    calls.clear()
    return calls


def put(*hazards: Hazard, change: Change = Change.CHANGED) -> None:
    """As fusion does it: rows and events in one transaction."""
    with transaction.atomic():
        for hazard in hazards:
            hazard_row(hazard).save()
        events_write([(change, hazard) for hazard in hazards])


def tiles_of(place: tuple[float, float]) -> dict[Tile, bytes | None]:
    """Every tile at a place and its neighbours, as built now."""
    middles = [tile_at(*place, zoom) for zoom in range(23)]
    around_it = {
        Tile(t.z, t.x + dx, t.y + dy) for t in middles for dx in (-1, 0, 1) for dy in (-1, 0, 1)
    }
    return {tile: build("hazards", tile) for tile in around_it if tile.exists}


def features(tile: Tile, layer: str) -> list[dict[str, Any]]:
    body = build("hazards", tile)
    return [] if body is None else mapbox_vector_tile.decode(body)[layer]["features"]


def stored() -> list[list[tuple[Any, ...]]]:
    tables = (Cell, CellFeature, HazardFeature)
    return [
        sorted(tuple(map(_plain, row)) for row in table.objects.values_list()) for table in tables
    ]


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def test_exactly_the_tiles_that_change_are_forgotten(forgotten: Forgotten) -> None:
    before = tiles_of(HELSINKI)
    [hazard] = on_map(HELSINKI, t_ref=NOW, p=0.9)
    beside = replace(hazard, lon=hazard.lon + 0.00008, p=0.5)
    unseen = replace(beside, phantom=0.5)
    for state, change in (
        (hazard, Change.APPEARED),
        (beside, Change.CHANGED),
        (unseen, Change.CHANGED),
        (replace(beside, state=State.CLEARED, published=False), Change.REMOVED),
    ):
        put(state, change=change)
        assert publish() > 0
        after = tiles_of(HELSINKI)
        changed = {tile for tile in after if after[tile] != before[tile]}
        assert set().union(*forgotten) == changed
        assert bool(changed) == (state is not unseen), "what no tile shows touches none"
        before = after
        forgotten.clear()
    assert not any(before.values())
    assert publish() == 0
    assert not forgotten


def test_far_away_only_a_change_of_a_byte_touches_a_tile(forgotten: Forgotten) -> None:
    """The hundredth cone in a city is to be seen in its street and not from the moon."""
    cones = on_map(*around(HELSINKI, 300.0, 100), t_ref=NOW, half_life_s=345_600.0)
    put(*cones)
    publish()
    forgotten.clear()
    put(*on_map(HELSINKI, t_ref=NOW, p=0.3, half_life_s=345_600.0))
    publish()
    touched = set().union(*forgotten)
    assert {tile.z for tile in touched} >= set(range(12, 23))
    assert not [tile for tile in touched if tile.z < 7]


def test_a_publisher_that_dies_before_the_files_are_gone_forgets_them_later(
    forgotten: Forgotten, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(layer: str, gone: Iterable[Tile]) -> int:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(tiles.publish, "forget", dies)
        put(*on_map(HELSINKI, t_ref=NOW), change=Change.APPEARED)
        with pytest.raises(RuntimeError, match="killed"):
            publish()
    assert features(tile_at(*HELSINKI, 14), "hazards"), "the features are there"
    assert publish() == 0
    assert {tile_at(*HELSINKI, zoom) for zoom in range(23)} <= set().union(*forgotten)
    assert Publication.objects.get().touched == {}


def test_what_has_grown_change_by_change_is_what_a_rebuild_makes(forgotten: Forgotten) -> None:
    dice = random.Random(4)
    alive = on_map(*around(HELSINKI, 2000.0, 20), t_ref=NOW - timedelta(hours=1))
    put(*alive, change=Change.APPEARED)
    for _ in range(6):
        publish()
        some = dice.sample(alive, 5)
        shifted = [replace(h, p=dice.random(), lat=h.lat + dice.gauss(0, 0.002)) for h in some[:3]]
        put(*shifted)
        put(
            *(replace(h, state=State.EXPIRED, published=False) for h in some[3:]),
            change=Change.REMOVED,
        )
        kept = [h for h in alive if h not in some]
        alive = kept + shifted + on_map(*around((25.0, 60.2), 500.0, 3), kind="deer", t_ref=NOW)
        put(*alive[-3:], change=Change.APPEARED)
    publish()
    grown = stored()
    assert all(grown)
    assert list(rebuild())
    assert stored() == grown, "nothing was wrong"
    forgotten.clear()
    for table in (Cell, CellFeature, HazardFeature, Publication):
        table.objects.all().delete()
    with pytest.raises(NeverBuilt):
        publish()
    assert list(rebuild())
    assert stored() == grown
    assert {tile_at(*HELSINKI, zoom) for zoom in range(12)} <= set().union(*forgotten)


def test_a_row_of_devices_is_one_on_low_zooms_and_all_of_them_on_high_ones(
    forgotten: Forgotten,
) -> None:
    """Also when it grows together, and when it is parted again."""
    row = [moved(*HELSINKI, 90.0, 12.0 * i)[:2] for i in range(9)]
    cones = [on_map(place, t_ref=NOW, p=0.5 + i / 100)[0] for i, place in enumerate(row)]
    deer = on_map(row[4], kind="deer", t_ref=NOW)
    ends = [*cones[:4], *cones[5:]]
    models.Hazard.objects.filter(id=cones[4].id).delete()
    put(*ends, *deer, change=Change.APPEARED)
    publish()
    before = tiles_of(row[4])
    for states, change in (
        ([cones[4]], Change.APPEARED),
        ([replace(cones[0], p=0.9)], Change.CHANGED),
        ([replace(cones[4], state=State.CLEARED, published=False)], Change.REMOVED),
    ):
        forgotten.clear()
        put(*states, change=change)
        publish()
        cones_left = [one for one in hazards_in(None, limit=20) if one.kind == "cone"]
        places = [(one.lon, one.lat) for one in cones_left]
        groups = [[cones_left[i] for i in part] for part in components(places, ROW_M)]
        said = {item["id"]: item["properties"] for item in _single(13)}
        assert len(said) == len(groups) + 1
        for group in groups:
            [shown] = said.keys() & {one.id.int % 2**53 for one in group}
            assert said[shown]["devices"] == len(group)
            assert said[shown]["p"] == pytest.approx(max(one.p for one in group), abs=1e-4)
        assert {item["properties"]["devices"] for item in _single(15)} == {1} | {
            len(group) for group in groups
        }
        assert len(_single(15)) == sum(len(group) for group in groups) + 1
        after = tiles_of(row[4])
        changed = {tile for tile in after if after[tile] != before[tile]}
        assert changed == set().union(*forgotten) & after.keys()
        before = after
    grown = stored()
    HazardFeature.objects.all().delete()
    assert list(rebuild())
    assert stored() == grown


def _single(zoom: int) -> list[dict[str, Any]]:
    """Around HELSINKI."""
    x, y = tile_at(*HELSINKI, zoom).x, tile_at(*HELSINKI, zoom).y
    near = {Tile(zoom, x + dx, y + dy) for dx in range(-1, 2) for dy in (-1, 0, 1)}
    return [item for tile in near for item in features(tile, "hazards")]


def test_a_rebuild_takes_out_what_is_not_on_the_map(forgotten: Forgotten) -> None:
    hazards = on_map(*around(HELSINKI, 50.0, 3), t_ref=NOW)
    put(*hazards, change=Change.APPEARED)
    publish()
    models.Hazard.objects.all().delete()
    to_tiles()
    assert not any(tiles_of(HELSINKI).values())


def test_features_for_other_headers_are_made_anew(forgotten: Forgotten) -> None:
    put(*on_map(HELSINKI, t_ref=NOW), change=Change.APPEARED)
    publish()
    whole = stored()
    forgotten.clear()
    Publication.objects.update(encoding="of the version before")
    HazardFeature.objects.update(head=b"?")
    with pytest.raises(Unavailable, match="rebuilt"):
        build("hazards", tile_at(*HELSINKI, 14))
    with pytest.raises(NeverBuilt):
        publish()
    assert list(rebuild())
    assert publish() == 0
    assert stored() == whole
    assert {tile_at(*HELSINKI, zoom) for zoom in range(23)} <= set().union(*forgotten)


def test_cells_fade_by_the_half_lives_that_the_newest_version_has_learned(
    forgotten: Forgotten, monkeypatch: pytest.MonkeyPatch
) -> None:
    # At the beginning of a unit of time nothing is rounded but the count.
    begin = NOW.replace(minute=NOW.minute // 10 * 10)
    monkeypatch.setattr(timezone, "now", lambda: begin)
    put(*on_map(HELSINKI, t_ref=begin, half_life_s=3600.0), change=Change.APPEARED)
    publish()
    learned = replace(SHIPPED, half_lives_s={"cone": 3600.0})
    values = version_json(learned, recall_table())
    FusionVersion.objects.create(by="a test", learned=["half-lives"], values=values)
    told = LAYERS["hazards"].describe("")["half_lives"]
    assert told == {kind: learned.half_life_s(kind) for kind in KINDS}
    with pytest.raises(NeverBuilt):
        publish()
    assert list(rebuild())
    assert publish() == 0
    forgotten.clear()
    monkeypatch.setattr(timezone, "now", lambda: begin + timedelta(hours=1))
    assert list(rebuild())
    assert not set().union(*forgotten), "what a client fades to is what there is"
