"""The curve of a hazard's page ends at the figure above it."""

from datetime import timedelta
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


def test_without_a_sighting_there_is_none():
    hazard = cow()
    assert curve_of(hazard, [], hazard.t_ref) is None
