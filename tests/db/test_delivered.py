"""What was on the map in an hour or a month that was sold, by the change feed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from hazardmap.closing.delivered import TilesShown
from hazardmap.core.full_times import hour_of
from hazardmap.core.fusion.hazard import Change
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.hazards.delivered import published_in
from hazardmap.hazards.models import HazardEvent
from tests.detected import contributor, drive, fuse_in_turn, hazards, minutes_ago
from tests.map_scene import put_hazard
from tests.scenes import ahead
from tiles.mercator import to_shares


@pytest.mark.django_db
def test_a_tile_had_what_was_published_in_it_within_the_hour():
    things = ahead(45.0, "cow"), ahead(48.0, "cone", right_m=9.0)
    fuse_in_turn([drive(contributor(name), minutes_ago(9), *things) for name in ("one", "two")])
    hazard, cone = sorted(hazards(), key=lambda one: one.kind, reverse=True)
    x, y = (int(share * 2**14) for share in to_shares(hazard.lon, hazard.lat))
    hour, tiles = hour_of(timezone.now()), TilesShown()
    both = {hazard.id, cone.id}
    assert set(tiles.in_hour(f"hazards/14/{x}/{y}", hour)) == both
    assert tiles.in_hour(f"hazards/14/{x}/{y}", hour - timedelta(hours=2)) == []
    assert tiles.in_hour(f"hazards/14/{x + 3}/{y}", hour) == []
    assert set(tiles.in_hour("hazards/0/0/0", hour)) == both
    assert tiles.in_hour(f"workzones/14/{x}/{y}", hour) == [cone.id], "a cow is no work"
    assert tiles.in_hour(f"coverage/14/{x}/{y}", hour) == []
    assert tiles.in_hour(f"roads/14/{x}/{y}", hour) == []


@pytest.mark.django_db
def test_of_the_feed_a_month_is_read_and_the_word_before_it():
    start = datetime(2026, 3, 1, tzinfo=UTC)
    month, day = month_of(start), timedelta(days=1)
    end = month.end
    told = {
        "stays": [(start - 40 * day, True)],
        "gone before": [(start - 40 * day, True), (start - 5 * day, None)],
        "hidden before": [(start - 40 * day, True), (start - 5 * day, False)],
        "goes": [(start - day, True), (start + day, True), (start + 2 * day, None), (end, True)],
        "comes again": [
            *((start - 9 * day, True), (start - 8 * day, None)),
            *((start + 3 * day, False), (start + 4 * day, True), (end + day, None)),
        ],
        "comes later": [(end, True)],
    }
    ids = {}
    for name, words in told.items():
        ids[name] = put_hazard(24.94, 60.17)
        for at, published in words:
            change = Change.REMOVED if published is None else Change.CHANGED
            HazardEvent.objects.create(
                at=at, change=change, hazard_id=ids[name], hazard={"published": bool(published)}
            )
    assert published_in((24.9, 60.1, 25.0, 60.2), month) == {
        ids["stays"]: [(start, None)],
        ids["goes"]: [(start, start + 2 * day)],
        ids["comes again"]: [(start + 4 * day, None)],
    }
