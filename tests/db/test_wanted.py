"""What somebody wants is the same of the map as it is and of the map as it was."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from hazardmap.core.answers.wanted import Wanted, wants
from hazardmap.hazards import search
from tests.map_scene import hazard_row, made_up

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(microsecond=0)
ALL = Wanted(at=NOW, published=False)


def ago(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


PLAIN = replace(
    made_up(1.0, 1.0, "cow"),
    t_ref=NOW,
    first_seen=NOW - ago(60),
    last_seen=NOW - ago(30),
    severity=2,
)
MAP = {
    "plain": PLAIN,
    "cone": replace(PLAIN, kind="cone"),
    "unconfirmed": replace(PLAIN, published=False),
    "harmless": replace(PLAIN, severity=1),
    "dangerous": replace(PLAIN, severity=3),
    "faded": replace(PLAIN, t_ref=NOW - ago(60)),  # a half-life: 0.45 is left
    "long ago": replace(PLAIN, first_seen=NOW - ago(120), last_seen=NOW - ago(90)),
    "just now": replace(PLAIN, first_seen=NOW - ago(10), last_seen=NOW),
    "made up": replace(PLAIN, simulated=True),
}
MAP = {name: replace(hazard, id=UUID(int=n)) for n, (name, hazard) in enumerate(MAP.items(), 1)}


@pytest.mark.parametrize(
    ("wanted", "missing"),
    [
        (ALL, set()),
        (replace(ALL, kinds=frozenset({"cow"})), {"cone"}),
        (replace(ALL, kinds=frozenset({"cone"})), MAP.keys() - {"cone"}),
        (replace(ALL, published=True), {"unconfirmed"}),
        (replace(ALL, min_severity=2), {"harmless"}),
        (replace(ALL, min_severity=3), MAP.keys() - {"dangerous"}),
        (replace(ALL, min_probability=0.44), set()),
        (replace(ALL, min_probability=0.46), {"faded"}),
        (replace(ALL, min_probability=0.46, at=NOW + ago(59)), set(MAP)),
        (replace(ALL, max_age_s=1800.0), {"long ago"}),
        (replace(ALL, max_age_s=1799.0), MAP.keys() - {"just now"}),
        (replace(ALL, seen_from=NOW - ago(30)), {"long ago"}),
        (replace(ALL, seen_from=NOW - ago(29)), MAP.keys() - {"just now"}),
        (replace(ALL, seen_to=NOW - ago(60)), {"just now"}),
        (replace(ALL, seen_to=NOW - ago(61)), MAP.keys() - {"long ago"}),
        (replace(ALL, seen_from=NOW - ago(50), seen_to=NOW - ago(40)), {"long ago", "just now"}),
        (replace(ALL, simulated=False), {"made up"}),
        (replace(ALL, simulated=True), MAP.keys() - {"made up"}),
    ],
)
def test_each_filter_leaves_out_the_same_now_and_in_the_past(wanted, missing):
    """Every bound is itself within."""
    for hazard in MAP.values():
        hazard_row(hazard).save(force_insert=True)
    there = {hazard.id for hazard in search.page((0, 0, 2, 2), wanted, after=None, limit=99)}
    assert {name for name, hazard in MAP.items() if hazard.id in there} == MAP.keys() - missing
    assert {name for name, hazard in MAP.items() if wants(wanted, hazard)} == MAP.keys() - missing
