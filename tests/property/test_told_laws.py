"""Whatever stands on the road, CIFS and DATEX II keep their rules and say each thing once."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from hazardmap.api.dialects import cifs, datex2
from hazardmap.api.dialects.told import Version, Zone, seconds, told
from hazardmap.core.kinds import KINDS, Group
from tests.scenes import NOON
from tests.worked_road import ONE, device

NOW = NOON + timedelta(hours=9)
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parents[1].joinpath("datex2-3", "payload.xsd")))
"""Of what the feed uses of the standard; the standard's own schemas may not be passed on here."""
NS = dict(datex2.NAMESPACES)
FIRST = Version(1, NOON)
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"
"""As the specification of CIFS writes it."""
SUBTYPES = {  # of those that the specification allows with HAZARD
    "HAZARD_ON_ROAD_CONSTRUCTION",
    "HAZARD_ON_ROAD_OBJECT",
    "HAZARD_ON_ROAD_POT_HOLE",
    "HAZARD_ON_SHOULDER_ANIMALS",
}
places = st.tuples(st.floats(-180, 180), st.floats(-85, 85))
lines = st.lists(places, min_size=2, max_size=4, unique_by=lambda p: (p[0] % 360.0, p[1]))
CONSTRUCTION = st.sampled_from([k.name for k in KINDS.values() if k.group is Group.CONSTRUCTION])
ACROSS = ((179.9, 10.0), (-179.98, 10.0), (-179.5, 10.0))
"""The antimeridian, most of it beyond."""


@st.composite
def scenes(draw):
    """Hazards of any kind, and zones that some of them may belong to."""
    count = draw(st.integers(0, 6))
    hazards = [
        replace(
            device(
                draw(places), number, draw(st.sampled_from(sorted(KINDS))), draw(st.floats(0.5, 1))
            ),
            severity=draw(st.integers(1, 3)),
            radius_m=draw(st.floats(0.1, 99)),
            simulated=draw(st.booleans()),
        )
        for number in range(count)
    ]
    zones = []
    for number, line in enumerate(draw(st.lists(lines, max_size=3))):
        ids = [hazard.id for hazard in hazards[number::3] if draw(st.booleans())]
        kinds = dict.fromkeys(draw(st.sets(CONSTRUCTION, min_size=1)), 1)
        id_ = device((0, 0), 90 + number).id
        zone = replace(ONE, id=id_, line=tuple(line), t_ref=NOON, kinds=kinds)
        zones.append(Zone(replace(zone, hazard_ids=tuple(ids), p=draw(st.floats(0.5, 1))), NOON))
    return told(zones, hazards), zones, hazards


@settings(max_examples=60)
@given(scenes())
def test_each_thing_is_told_once(scene):
    all_, zones, hazards = scene
    inside = {id_ for one in zones for id_ in one.zone.hazard_ids}
    ids = [str(one.zone.id) for one in zones]
    ids += [str(hazard.id) for hazard in hazards if hazard.id not in inside]
    assert [one["incident"]["id"] for one in incidents(all_)] == ids
    assert [one.get("id") for one in publication(all_).findall("sit:situation", NS)] == ids


@settings(max_examples=60)
@given(scenes())
def test_cifs_has_all_that_it_asks_for(scene):
    all_, _, _ = scene
    for one in incidents(all_):
        incident = one["incident"]
        assert incident["type"] == "HAZARD", "nothing here closes a road"
        assert incident["subtype"] in SUBTYPES
        assert incident["street"]
        assert len(incident["description"]) <= 40
        times = [incident[name] for name in ("starttime", "endtime")]
        assert all(re.fullmatch(TIME, text) for text in times)
        start, end = (datetime.fromisoformat(text) for text in times)
        assert start < end
        numbers = incident["polyline"].split(" ")
        assert len(numbers) % 2 == 0
        for lat, lon in zip(numbers[::2], numbers[1::2], strict=True):
            assert abs(float(lat)) <= 85.1, "latitude first"
            assert abs(float(lon)) <= 180.0
            assert len(lat.partition(".")[2]) >= 6
        assert_short_way(map(float, numbers[1::2]))
        (thing,) = [one for one in all_things(all_) if str(one.id) == incident["id"]]
        assert incident["description"].startswith("simulated: ") == thing.simulated
        one_way = len(numbers) > 2
        assert incident["direction"] == ("ONE_DIRECTION" if one_way else "BOTH_DIRECTIONS")


@settings(max_examples=60)
@given(scenes())
def test_datex_keeps_its_schema(scene):
    all_, _, _ = scene
    root = publication(all_)
    SCHEMA.assertValid(root)
    records = root.findall(".//sit:situationRecord", NS)
    states = [one.text for one in root.findall(".//com:informationStatus", NS)]
    assert states == ["test" if one.simulated else "real" for one in all_things(all_)]
    for record, thing in zip(records, all_things(all_), strict=True):
        left = thing.p * 2 ** (-(NOW - thing.t_ref).total_seconds() / thing.half_life_s)
        said = record.find(".//com:value", NS).text
        assert abs(float(said.rpartition(" ")[2]) - left) < 0.0051
        belief = record.find("sit:probabilityOfOccurrence", NS).text
        assert belief == ("certain" if left >= 0.95 else "probable" if left >= 0.5 else "riskOf")
        severity = record.find("sit:severity", NS).text
        assert severity == {1: "low", 2: "medium", 3: "high"}[thing.severity]
        for line in record.iterfind(".//loc:posList", NS):
            assert_short_way(map(float, line.text.split(" ")[1::2]))


def assert_short_way(lons):
    """Not once around the earth: neither format knows a line across the antimeridian."""
    assert all(abs(b - a) <= 180.0 for a, b in pairwise(lons))


def test_of_a_line_across_the_antimeridian_the_longer_part_is_told():
    all_ = told([Zone(replace(ONE, line=ACROSS, t_ref=NOON), NOON)], [])
    lons = [-180.0, *(lon for lon, _ in ACROSS[1:])]
    (incident,) = incidents(all_)
    said = publication(all_).find(".//loc:posList", NS).text
    for text in (incident["incident"]["polyline"], said):
        numbers = [float(number) for number in text.split(" ")]
        assert (numbers[1::2], set(numbers[::2])) == (lons, {10.0})


def test_the_schema_refuses_what_the_standard_refuses():
    zone = Zone(replace(ONE, t_ref=NOON), NOON)
    for spoil in (
        lambda record: record.attrib.pop("version"),
        lambda record: record.remove(record.find("sit:locationReference", NS)),
        lambda record: record.append(record.find("sit:validity", NS)),
        lambda record: record.find("sit:probabilityOfOccurrence", NS).__setattr__("text", "0.9"),
        lambda record: record.set(f"{{{NS['xsi']}}}type", "sit:Obstruction"),
    ):
        root = publication(told([zone], []))
        assert SCHEMA.validate(root)
        spoil(root.find(".//sit:situationRecord", NS))
        assert not SCHEMA.validate(root)


def test_every_kind_has_its_words():
    assert datex2.RECORDS.keys() == KINDS.keys()
    for kind in KINDS.values():
        animal = datex2.RECORDS[kind.name].type == "AnimalPresenceObstruction"
        assert animal == (kind.group is Group.WILDLIFE)


def test_a_change_is_a_new_version_of_the_same_record_whatever_was_seen_when():
    hazard = device((24.9, 60.1), 1, "cow")
    seen = hazard.last_seen - timedelta(minutes=1)
    earlier = replace(hazard, t_ref=hazard.t_ref - timedelta(minutes=1), last_seen=seen)
    at = NOW - timedelta(minutes=2)
    first, second = (
        publication(told([], [one]), Version(*version)).find(".//sit:situationRecord", NS)
        for one, version in ((hazard, (7, NOON)), (earlier, (8, at)))
    )
    assert first.get("id") == second.get("id")
    assert (first.get("version"), second.get("version")) == ("7", "8")
    assert second.findtext("sit:situationRecordVersionTime", None, NS) == seconds(at)
    assert second.findtext("sit:situationRecordObservationTime", None, NS) == seconds(seen)


def all_things(all_):
    return [one.zone for one in all_.zones] + list(all_.hazards)


def incidents(all_):
    return json.loads(cifs.feed(all_))["incidents"]


def publication(all_, version=FIRST):
    versions = {hazard.id: version for hazard in all_.hazards}
    return etree.fromstring(datex2.feed(all_, versions, country="xx", publisher="a test", now=NOW))
