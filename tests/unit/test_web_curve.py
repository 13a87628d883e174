"""The curve of a hazard's page ends at the figure above it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from hazardmap.core.decay import probability_at
from hazardmap.web.curve import HEIGHT, WIDTH, curve_of
from tests.webhook_scene import cow


@pytest.mark.parametrize("minutes", [3, 50, 200])
def test_it_fades_from_when_the_hazard_was_judged_last_to_what_it_is_now(minutes):
    hazard = cow(p=0.99)
    seen = SimpleNamespace(last_at=hazard.t_ref, seen=True, p_after=0.99)
    missed = SimpleNamespace(last_at=hazard.t_ref, seen=False, p_after=0.5)
    now = hazard.t_ref + timedelta(minutes=minutes)
    curve = curve_of(hazard, [seen, missed], now)
    assert len(curve.dots) == 1
    x, y = map(float, curve.points.split()[-1].split(","))
    p = probability_at(hazard.p, hazard.t_ref, hazard.half_life_s, now)
    assert (x, y) == (pytest.approx(WIDTH), pytest.approx(HEIGHT * (1 - p), abs=0.1))


def test_its_passes_stand_where_the_page_says_that_it_was_seen():
    hour = datetime(2026, 11, 30, 20, tzinfo=UTC)
    first, last = hour + timedelta(minutes=10), hour + timedelta(minutes=30)
    hazard = cow(first_seen=first, last_seen=last, t_ref=last + timedelta(minutes=4))
    passes = [
        SimpleNamespace(last_at=hour + timedelta(minutes=minute), seen=True, p_after=0.9)
        for minute in (14, 34)
    ]
    curve = curve_of(hazard, passes, hour + timedelta(minutes=40))
    assert curve.begins == first
    assert [float(dot.x) for dot in curve.dots] == [0.0, pytest.approx(WIDTH * 24 / 30, abs=0.1)]


def test_without_a_sighting_there_is_none():
    hazard = cow()
    assert curve_of(hazard, [], hazard.t_ref) is None
