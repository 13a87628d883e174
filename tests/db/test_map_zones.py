"""Work zones, from drives by cones to their end, in a real database."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from hazardmap.accounts.models import Device
from hazardmap.core.derived.workzone import WorkZone, ZoneChange
from hazardmap.core.fusion.verdict import Ruling
from hazardmap.core.geometry.geodesy import between, moved
from hazardmap.core.learned.versions import SHIPPED, version_json
from hazardmap.hazards import learned_models, models, zone_mapping, zone_models
from hazardmap.hazards.services import (
    expire_faded,
    fuse_pending,
    verdict_give,
    zones_rebuild,
    zones_refresh,
)
from hazardmap.hazards.zone_selectors import (
    ZonesWanted,
    zone_changes_since,
    zone_get,
    zones_page,
)
from hazardmap.inference.selectors import recall_table
from hazardmap.platform.ids import new_id
from tests.detected import contributor, drive, hazards, minutes_ago
from tests.scenes import HELSINKI, Truth, ahead

pytestmark = pytest.mark.django_db
FRAMES = 58
CONES = [ahead(40.0 + 18.0 * i) for i in range(12)]


def by(name: str, minutes: float, *things: Truth, **over: Any) -> Device:
    """Somebody drives past; everything is fused and the zones follow."""
    device = contributor(name)
    drive(device, minutes_ago(minutes), *things, **{"frames": FRAMES} | over)
    fuse_pending()
    zones_refresh()
    return device


def standing() -> list[WorkZone]:
    return [state.zone for state in zones_page(None, limit=10)]


def published_northwards() -> tuple[UUID, ...]:
    return tuple(h.id for h in sorted(hazards(), key=lambda h: h.lat) if h.published)


@pytest.fixture
def _everybody_is_known() -> None:
    """So that two of them are believed when they see nothing any more."""
    values = version_json(replace(SHIPPED, default_trust=0.95), recall_table())
    learned_models.FusionVersion.objects.create(by="a test", learned=["trust"], values=values)


@pytest.mark.usefixtures("_everybody_is_known")
def test_twelve_cones_become_a_zone_that_ends_when_they_are_gone() -> None:
    by("ann", 90, *CONES)
    assert standing() == []  # one witness makes no zone
    by("ben", 80, *CONES)
    (zone,) = standing()
    assert zone.kinds["cone"] >= 12
    assert zone.length_m == pytest.approx(198.0, abs=8.0)
    assert abs((zone.bearing_deg + 180.0) % 360.0 - 180.0) < 2.0
    assert between(*zone.line[0], *moved(*HELSINKI, 0.0, 40.0)[:2])[1] < 5.0
    assert zone.hazard_ids == published_northwards()
    assert zone.p > 0.9
    assert zone.started_at < zone.last_seen < zone.ends_by(0.05) < zone.ends_by(0.95)

    by("cid", 60, *CONES[:8])
    by("dan", 50, *CONES[:8])
    (shorter,) = standing()
    assert (shorter.id, shorter.started_at) == (zone.id, zone.started_at)
    assert shorter.hazard_ids == published_northwards()
    assert shorter.length_m == pytest.approx(126.0, abs=8.0)

    for number in range(2):
        by(f"eve{number}", 40 - 10 * number)
    assert standing() == []
    ended = zone_get(zone.id)
    assert ended is not None
    assert ended.zone.ended_at is not None
    assert ended.zone.merged_into is None
    told = [event for event in zone_changes_since(0, limit=99) if event.zone.id == zone.id]
    assert told[0].change is ZoneChange.APPEARED
    assert {event.change for event in told[1:-1]} == {ZoneChange.CHANGED}
    assert (told[-1].change, told[-1].zone) == (ZoneChange.ENDED, ended.zone)
    assert zones_page(None, ZonesWanted(ended_since=minutes_ago(5)), limit=10) == [ended]
    assert zones_page(None, ZonesWanted(ended_since=minutes_ago(-5)), limit=10) == []


@pytest.mark.usefixtures("_everybody_is_known")
def test_the_public_feed_tells_that_what_it_had_told_has_gone(client: Client) -> None:
    """Who sees that the cones are gone makes them improbable first, one after the other."""
    for number, name in enumerate(("ann", "ben")):
        by(name, 90 - 10 * number, *CONES[:3], frames=28)
    (zone,) = standing()
    assert fed(client) == [(str(zone.id), False)]
    for number in range(2):
        by(f"eve{number}", 60 - 10 * number, frames=10)
    ended = zone_get(zone.id)
    assert ended is not None
    assert ended.zone.ended_at is not None
    assert ended.zone.p < 0.9
    assert fed(client) == [(str(zone.id), True)]


def fed(client: Client) -> list[tuple[str, bool]]:
    """Work zones of the WZDx feed, and whether they were seen to have ended."""
    box = {"bbox": "24,60,26,61", "simulated": "true"}
    events = client.get("/feeds/wzdx-4.2.geojson", box).json()["features"]
    return [(event["id"], event["properties"]["is_end_date_verified"]) for event in events]


def test_what_is_right_stays_and_a_rebuild_mends_what_is_wrong() -> None:
    for number, name in enumerate(("ann", "ben")):
        by(name, 90 - 10 * number, *CONES[:3], frames=28)
    (zone,) = standing()
    cursor = zone_changes_since(0, limit=99)[-1].cursor
    assert zones_refresh() == 0
    list(zones_rebuild())
    assert not zone_changes_since(cursor, limit=9)
    zone_models.Zone.objects.update(length_m=1.0)
    wrong = new_id()
    row = zone_mapping.zone_row(replace(zone, id=wrong), updated_at=minutes_ago(1))
    zone_models.Zone.objects.create(**row | {"hazard_ids": [new_id(), new_id()]})
    call_command("zones_rebuild")
    assert standing() == [zone]
    assert [(e.change, e.zone.id) for e in zone_changes_since(cursor, limit=9)] == [
        (ZoneChange.CHANGED, zone.id),
        (ZoneChange.ENDED, wrong),
    ]


def test_a_hazard_that_fades_or_is_judged_leaves_its_zone() -> None:
    for number, name in enumerate(("ann", "ben")):
        by(name, 90 - 10 * number, *CONES[:3], frames=28)
    (zone,) = standing()
    verdict_give(hazard_id=zone.hazard_ids[0], decision=Ruling.REJECT)
    zones_refresh()
    (rest,) = standing()
    assert (rest.id, rest.hazard_ids) == (zone.id, zone.hazard_ids[1:])
    models.Hazard.objects.filter(id=zone.hazard_ids[1]).update(expires_at=minutes_ago(1))
    expire_faded()
    zones_refresh()
    assert standing() == []


def test_opposite_ways_are_two_zones_and_boxes_find_them() -> None:
    far = moved(*HELSINKI, 0.0, 5.0 * 27)
    start = moved(far[0], far[1], 270.0, 14.0)[:2]
    west = [Truth("cone", *moved(t.lon, t.lat, 270.0, 20.0)[:2]) for t in CONES[:3]]
    for number, name in enumerate(("ann", "ben")):
        by(name, 90 - 20 * number, *CONES[:3], frames=28)
        by(f"{name} back", 80 - 20 * number, *west, frames=28, start=start, heading_deg=180.0)
    north, south = sorted(standing(), key=lambda zone: -zone.line[0][0])
    assert (len(north.hazard_ids), len(south.hazard_ids)) == (3, 3)
    assert abs(north.bearing_deg - south.bearing_deg) == pytest.approx(180.0, abs=5.0)
    lon, lat = north.line[0]
    (found,) = zones_page((lon - 1e-5, lat - 1e-5, lon + 1e-5, lat + 1e-5), limit=9)
    assert found.zone == north
    assert zones_page((lon + 1e-3, lat, lon + 1.0, lat + 1.0), limit=9) == []


def made_up(**over: Any) -> dict[str, Any]:
    now = minutes_ago(0)
    zone = WorkZone(
        id=new_id(),
        line=((179.9999, -17.0), (-179.9999, -17.0001)),
        hazard_ids=(new_id(), new_id()),
        kinds={"cone": 2},
        length_m=22.0,
        bearing_deg=117.0,
        p=0.9,
        t_ref=now,
        half_life_s=1e5,
        started_at=now - timedelta(hours=1),
        last_seen=now,
        simulated=False,
    )
    return zone_mapping.zone_row(zone, updated_at=now) | over


def test_across_the_antimeridian_a_zone_stays_as_it_was_given() -> None:
    row = made_up()
    zone_models.Zone.objects.create(**row)
    for bbox in ((179.0, -18.0, -179.0, -16.0), (179.0, -18.0, 180.0, -16.0)):
        (found,) = zones_page(bbox, limit=9)
        assert found.zone.line == ((179.9999, -17.0), (-179.9999, -17.0001))
        assert zone_mapping.zone_from_json(zone_mapping.zone_json(found.zone)) == found.zone
    assert zones_page((-10.0, -18.0, 10.0, -16.0), limit=9) == []


NAN = float("nan")


@pytest.mark.parametrize(
    "wrong",
    [
        {"line": "SRID=4326;LINESTRING(1 2,1 2)"},
        {"line": "SRID=4326;LINESTRING EMPTY"},
        {"line": "SRID=4326;LINESTRING(1 2,1 NaN)"},
        {"line": "SRID=4326;LINESTRING(1 80,1 91)"},
        {"p": 1.1},
        {"p": NAN},
        {"length_m": 0.0},
        {"hazard_ids": [UUID(int=1)]},
        {"started_at": minutes_ago(-1000)},
        {"ended_at": minutes_ago(1000)},
        {"merged_into": UUID(int=1)},
    ],
)
def test_impossible_zones_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        zone_models.Zone.objects.create(**made_up(**wrong))
