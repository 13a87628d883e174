"""Whatever a client says: no exception, and what passes the rules can be stored."""

import json
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from itertools import count

import pytest
from django.contrib.gis.geos import Point
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hazardmap.capture.models import Frame
from hazardmap.core.seeing.georeference import (
    Fault,
    Georeference,
    Place,
    checked,
    member,
    read_metadata,
)

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
WEEK = timedelta(days=7)
NAMES = list(Georeference.__dataclass_fields__)
_number = count()

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=5,
)
zones = st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone)
moments = st.datetimes(timezones=zones | st.none()).map(datetime.isoformat)
documents = st.dictionaries(
    st.sampled_from(NAMES) | st.text(max_size=9), anything | moments, max_size=10
)


def numbers(low: float, high: float) -> st.SearchStrategy[float | None]:
    """Numbers in the range, at its ends, and a few outside."""
    ends = st.sampled_from(
        [low, high, math.nextafter(low, math.inf), math.nextafter(high, -math.inf), -0.0, 5e-324]
    )
    return st.none() | ends | st.floats(low, high) | st.floats()


georeferences = st.builds(
    Georeference,
    lon=numbers(-180, 180),
    lat=numbers(-90, 90),
    captured_at=st.none()
    | st.timedeltas(timedelta(days=-9), timedelta(minutes=9)).map(lambda age: NOW + age),
    heading_deg=numbers(0, 360),
    speed_mps=numbers(0, 150),
    accuracy_m=numbers(0, 5000),
    hfov_deg=numbers(20, 170),
    provenance=st.sampled_from([None, "camera", "position_simulated", "rendered"]),
)


@given(documents)
@example({"lon": 10**500})
@example({"captured_at": "0001-01-01T00:00:00+23:00"})
@example({"captured_at": "9999-12-31T23:59:59-23:00"})
@example({"captured_at": "\ud800"})
def test_metadata_never_raises_and_every_name_ends_as_value_or_fault(document):
    said, faults = read_metadata(document)
    faulted = {fault.field.removeprefix("metadata/") for fault in faults}
    for name, value in document.items():
        if value is None and name in NAMES:
            assert getattr(said, name) is None
        elif name not in NAMES:
            assert member(name) in faulted
        else:
            assert name in faulted or getattr(said, name) is not None
    assert all(fault.rule for fault in faults)


@given(documents)
def test_what_json_can_carry_is_judged_without_an_exception(document):
    said, _ = read_metadata(json.loads(json.dumps(document)))
    if isinstance(said.provenance, str | None):
        assert isinstance(checked(said, now=NOW, max_age=WEEK), Place | list)


@given(georeferences)
def test_a_place_meets_its_ranges_and_faults_name_a_field(said):
    judged = checked(said, now=NOW, max_age=WEEK)
    if isinstance(judged, Place):
        assert -180 <= judged.lon <= 180
        assert -90 <= judged.lat <= 90
        assert (judged.lon, judged.lat) != (0, 0)
        assert NOW - WEEK <= judged.captured_at <= NOW + timedelta(minutes=5)
        assert judged.heading_deg is None or 0 <= judged.heading_deg < 360
        assert judged.speed_mps is None or 0 <= judged.speed_mps <= 150
        assert judged.accuracy_m > 0
        assert judged.hfov_deg is None or 20 <= judged.hfov_deg <= 170
    else:
        assert judged
        assert all(isinstance(fault, Fault) for fault in judged)
        assert {fault.field for fault in judged} <= {f"metadata/{name}" for name in NAMES}


@given(georeferences, georeferences)
def test_one_said_over_another_never_mixes_positions(first, second):
    both = first.over(second)
    for name in NAMES:
        assert getattr(both, name) in (getattr(first, name), getattr(second, name)) or math.isnan(
            getattr(both, name)
        )
    if first.lon is not None or first.lat is not None:
        assert (repr(both.lon), repr(both.lat)) == (repr(first.lon), repr(first.lat))
        assert repr(both.accuracy_m) == repr(first.accuracy_m)
    assert repr(first.over(Georeference())) == repr(first)
    assert repr(Georeference().over(first)) == repr(first)


@given(said=georeferences)
@example(said=Georeference(lon=180.0, lat=-90.0, captured_at=NOW, accuracy_m=5e-324))
@example(said=Georeference(lon=-180.0, lat=90.0, captured_at=NOW, heading_deg=360.0))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_place_can_be_stored_and_is_read_back(someone, said):
    owner, device = someone
    place = checked(said, now=NOW, max_age=WEEK)
    if not isinstance(place, Place):
        return
    with transaction.atomic():
        frame = Frame.objects.create(
            account=owner,
            device_id=device.device_id,
            sha256=sha256(str(next(_number)).encode()).digest(),
            original="somewhere",
            position=Point(place.lon, place.lat),
            **{
                name: getattr(place, name)
                for name in Place.__dataclass_fields__
                if name not in {"lon", "lat"}
            },
        )
    stored = Frame.objects.get(id=frame.id)
    assert replace(place, lon=stored.position.x, lat=stored.position.y) == place
    assert stored.captured_at == place.captured_at
    assert stored.accuracy_m == place.accuracy_m
    assert stored.heading_deg == place.heading_deg


@pytest.mark.parametrize("place", [(0.0, 51.5), (24.9, 0.0), (-180.0, -90.0)])
def test_the_meridian_of_greenwich_and_the_equator_are_places(place):
    said = Georeference(lon=place[0], lat=place[1], captured_at=NOW)
    found = checked(said, now=NOW, max_age=WEEK)
    assert isinstance(found, Place)
    assert (found.lon, found.lat) == place


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ((0.0, 0.0), ["lon", "lat"]),
        ((None, 51.5), ["lon"]),
        ((24.9, None), ["lat"]),
        ((180.1, 51.5), ["lon"]),
        ((24.9, -90.1), ["lat"]),
    ],
)
def test_what_is_no_place_is_refused_by_the_name_of_what_is_wrong(place, named):
    said = Georeference(lon=place[0], lat=place[1], captured_at=NOW)
    found = checked(said, now=NOW, max_age=WEEK)
    assert isinstance(found, list)
    assert [fault.field for fault in found] == [f"metadata/{name}" for name in named]
