"""Whatever work zones there are, the WZDx feed keeps its schema and the standard's own rules."""

import json
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hazardmap.api.dialects import wzdx
from hazardmap.api.dialects.told import Zone
from hazardmap.core.decay import probability_at
from hazardmap.core.derived.drives import Seen, Track
from hazardmap.core.derived.workzone import WorkZone, work_zones
from hazardmap.core.geometry.geodesy import between
from hazardmap.core.kinds import KINDS as ALL_KINDS
from hazardmap.core.kinds import Group
from hazardmap.core.seeing.tracks import TrackPoint
from tests.scenes import NOON
from tests.sim.scenario import scenario
from tests.sim.town import CORNER, START, Town, _lonlat
from tests.sim.world import KINDS
from tests.worked_road import ONE, device
from tests.wzdx import validator

CONSTRUCTION = [k.name for k in ALL_KINDS.values() if k.group is Group.CONSTRUCTION]
hours = st.floats(0.0, 200.0).map(lambda h: timedelta(hours=h))


@st.composite
def zones(draw) -> Zone:
    lon, lat = draw(st.floats(-180, 180)), draw(st.floats(-85, 85))
    steps = draw(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=1, max_size=5))
    line = [(lon, lat)]
    for east, north in steps:
        lon, lat = line[-1]
        line.append(((lon + east / 100 + 180.0) % 360.0 - 180.0, lat + north / 100 + 1e-6))
    length_m = sum(between(*a, *b)[1] for a, b in pairwise(line))
    age, life, since = draw(hours), draw(hours), draw(hours)
    last_seen = NOON - age
    ended = draw(st.none() | st.floats(0.0, 1.0).map(lambda share: last_seen + age * share))
    kinds = draw(st.dictionaries(st.sampled_from(CONSTRUCTION), st.integers(1, 40), min_size=1))
    count = sum(kinds.values())
    zone = WorkZone(
        id=draw(st.uuids()),
        line=tuple(line),
        hazard_ids=tuple(UUID(int=i) for i in range(count)),
        kinds=kinds,
        length_m=length_m,
        bearing_deg=between(*line[0], *line[-1])[0] % 360.0,
        p=draw(st.floats(0.0, 1.0)),
        t_ref=last_seen,
        half_life_s=life.total_seconds() + 1.0,
        started_at=last_seen - since,
        last_seen=last_seen,
        simulated=draw(st.booleans()),
        ended_at=ended,
        merged_into=draw(st.none() | st.uuids()) if ended else None,
    )
    return Zone(zone, last_seen)


def fed(some, now=NOON):
    told = [one for one in some if wzdx.belongs(one.zone, now, one.zone.p)]
    feed = wzdx.feed(told, publisher="a test", source="https://map.example/feed", now=now)
    feed = json.loads(json.dumps(feed, allow_nan=False))
    errors = list(validator().iter_errors(feed))
    assert not errors, errors
    return feed


@settings(max_examples=60)
@given(st.lists(zones(), max_size=4, unique_by=lambda one: one.zone.id))
def test_the_rules_hold(some):
    feed = fed(some)
    (source,) = feed["feed_info"]["data_sources"]
    known = {str(one.zone.id): one.zone for one in some}
    for event in feed["features"]:
        zone, said = known[event["id"]], event["properties"]
        core = said["core_details"]
        assert core["data_source_id"] == source["data_source_id"]
        for name in ("start_date", "end_date"):
            assert said[name].endswith("Z"), "UTC"
        assert said["start_date"] <= said["end_date"]
        assert event["geometry"]["coordinates"][0] == list(zone.line[0]), "furthest upstream"
        over = zone.ended_at is not None
        assert over or said["end_date"] >= "2026-05-04T12:00:00Z"
        assert not said["is_end_date_verified"] or over
        assert core["road_names"] == ["unknown"]
        assert "worker_presence" not in said or not over
    for one in some:
        zone = one.zone
        left = probability_at(zone.p, zone.t_ref, zone.half_life_s, NOON)
        told = str(zone.id) in {event["id"] for event in feed["features"]}
        if zone.ended_at is None:
            assert told == (left >= 0.9)
        elif zone.p >= 0.9 and NOON - zone.ended_at <= timedelta(hours=1):
            assert told, "for an hour at least"


def test_the_schema_refuses_what_the_standard_refuses():
    lane = Zone(replace(ONE, line=((24.9, 60.1), (24.91, 60.1))), NOON)
    for spoil in (
        lambda event: event["geometry"].update(type="Point"),
        lambda event: event["properties"].pop("end_date"),
        lambda event: event["properties"]["core_details"].update(road_names=[]),
        lambda event: event["properties"]["core_details"].update(direction="north"),
        lambda event: event["properties"].pop("is_end_position_verified"),
        lambda event: event["properties"].update(start_date="yesterday"),
        lambda event: event.pop("id"),
    ):
        feed = fed([lane])
        spoil(feed["features"][0])
        assert list(validator().iter_errors(feed))


@pytest.mark.parametrize(
    ("change", "end", "verified"),
    [
        ({}, NOON + timedelta(days=1), False),
        ({"ended_at": NOON}, NOON, True),
        ({"ended_at": NOON, "merged_into": UUID(int=9)}, NOON, False),
        ({"ended_at": NOON, "t_ref": NOON - timedelta(days=3)}, NOON, False),
    ],
)
def test_an_end_is_an_estimate_until_somebody_has_seen_it(change, end, verified):
    (event,) = fed([Zone(replace(ONE, **change), NOON)])["features"]
    assert event["properties"]["end_date"] == end.isoformat().replace("+00:00", "Z")
    assert event["properties"]["is_end_date_verified"] is verified


@pytest.mark.parametrize(
    ("bearing_deg", "length_m", "direction"),
    [
        (0.0, 1113.0, "northbound"),
        (100.0, 1113.0, "eastbound"),
        (200.0, 1113.0, "southbound"),
        (280.0, 1113.0, "westbound"),
        (350.0, 1113.0, "northbound"),
        (0.0, 2000.0, "unknown"),
    ],
)
def test_a_direction_is_one_of_four_where_the_line_has_one(bearing_deg, length_m, direction):
    zone = replace(ONE, bearing_deg=bearing_deg, length_m=length_m)
    (event,) = fed([Zone(zone, NOON)])["features"]
    assert event["properties"]["core_details"]["direction"] == direction


def test_the_zones_of_a_simulated_town():
    """Along the positions that its fleet states, by the devices that its cameras reported."""
    town = Town(scenario(blocks=8), seed=5, days=1.0)
    lon, lat, _ = _lonlat(town.sources.place_m)
    names = [KINDS[k] for k in town.sources.kind.tolist()]
    standing = town.sources.exists(12.0)
    devices = {
        i: device((float(lon[i]), float(lat[i])), i, kind=names[i], p=0.97)
        for i in range(len(names))
        if standing[i] and names[i] in CONSTRUCTION
    }
    tracks = {}
    for number, drive in zip(range(300), town.drives(), strict=False):
        by_frame = {view.frame_id: view for view in drive.views}
        fixes = [TrackPoint(v.captured_at, v.lon, v.lat, v.accuracy_m) for v in drive.views]
        seen = [
            Seen(by_frame[o.frame_id].captured_at, devices[source].id, o.lon, o.lat)
            for o, source in zip(drive.observations, drive.sources, strict=True)
            if source in devices
        ]
        tracks[UUID(int=number + 1)] = Track(fixes, seen)
    found = work_zones(devices.values(), tracks)
    now = max(zone.t_ref for zone in found)
    feed = fed([Zone(zone, now) for zone in found], now)
    assert len(feed["features"]) == len(found) >= 3
    for event in feed["features"]:
        line = event["geometry"]["coordinates"]
        assert all(between(*CORNER, *place)[1] < 20_000 for place in line)
        assert now > START
