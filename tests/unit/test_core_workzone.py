"""Work zones on roads that are known."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from hazardmap.core.derived.workzone import Tracks, WorkZone, settled, work_zones
from hazardmap.core.fusion.hazard import Hazard, State
from hazardmap.core.geometry.geodesy import between, moved
from tests.scenes import HELSINKI, NOON
from tests.worked_road import beside, device, driven, road

NORTH = road(HELSINKI, 0.0, 900.0)
SOUTH = NORTH[::-1]
BOTH = driven(NORTH, 0) | driven(SOUTH, 1)


def cones(along_m: list[float], right_m: float = 4.0, first: int = 0) -> list[Hazard]:
    return [device(beside(NORTH, m, right_m), first + i) for i, m in enumerate(along_m)]


def test_a_row_of_cones_is_one_zone_from_the_first_to_the_last():
    tracks = driven(NORTH, 0, (2.0, 0.0)) | driven(NORTH, 1, (-2.0, 0.0))
    row = cones([100.0 + 20.0 * i for i in range(12)])
    (zone,) = work_zones(row, tracks)
    assert zone.length_m == pytest.approx(220.0, abs=1.0)
    assert abs((zone.bearing_deg + 180.0) % 360.0 - 180.0) < 1.0
    assert zone.hazard_ids == tuple(cone.id for cone in row)
    assert zone.kinds == {"cone": 12}
    assert (zone.started_at, zone.p) == (row[0].first_seen, 0.9)
    for end, metres in ((0, 100.0), (-1, 320.0)):  # in the middle of both drives
        assert between(*zone.line[end], *beside(NORTH, metres, 1.75))[1] < 0.3
    assert zone.ends_by(0.5) == zone.t_ref + timedelta(days=1)


def test_a_gap_longer_than_reach_parts_and_a_shorter_one_does_not():
    assert len(work_zones(cones([100, 120, 260, 280]), BOTH)) == 1
    assert len(work_zones(cones([100, 120, 280, 300]), BOTH)) == 2


def test_two_carriageways_are_two_zones_with_opposite_bearings():
    devices = cones([200, 220, 240], 4.0) + cones([200, 220, 240], -4.0, first=3)
    one, other = work_zones(devices, seen_both_ways(devices, 0.0))
    assert abs(one.bearing_deg - other.bearing_deg) == pytest.approx(180.0, abs=1.0)
    assert one.hazard_ids == tuple(cone.id for cone in devices[:3])
    assert other.hazard_ids == tuple(cone.id for cone in reversed(devices[3:]))


def test_two_roads_without_a_common_drive_are_two_zones():
    second = [beside(NORTH, 7.0 * i, 60.0) for i in range(100)]
    devices = cones([200, 220], 4.0) + cones([200, 220], 64.0, first=2)
    assert len(work_zones(devices, driven(NORTH, 0) | driven(second, 1))) == 2


def test_drives_that_each_know_a_part_make_one_line():
    tracks = driven(NORTH[:60], 0) | driven(NORTH[40:90], 1, (3, 0)) | driven(NORTH[70:], 2)
    row = cones([50.0 + 50.0 * i for i in range(17)])
    (zone,) = work_zones(row, tracks)
    assert zone.length_m == pytest.approx(800.0, abs=8.0)
    assert len(zone.hazard_ids) == 17


@pytest.mark.parametrize("off_m", [(0.0, 0.0), (3.0, 3.0)])
@pytest.mark.parametrize("bend_deg", [0.0, -4.0, 6.0])
def test_where_one_drive_takes_over_from_another_the_line_does_not_turn_back(bend_deg, off_m):
    way = road(HELSINKI, 0.0, 900.0, bend_deg)
    tracks = driven(way[:60], 0) | driven(way[40:90], 1, off_m) | driven(way[70:], 2)
    row = [device(beside(way, 50.0 + 50.0 * i, 4.0), i) for i in range(17)]
    (zone,) = work_zones(row, tracks)
    assert len(zone.hazard_ids) == 17
    assert sharpest_turn_deg(zone) < 30.0


def test_a_drive_that_left_the_road_between_two_devices_leads_the_line_no_other_way():
    """A vehicle turns off after the first cone, goes around a block, and comes back before it."""
    around = [beside(NORTH, 7.0 * i, -250.0) for i in range(18, 26)]
    detour = [*NORTH[:18], *road(NORTH[18], 270.0, 250.0), *around, *road(around[-1], 90.0, 250.0)]
    tracks = driven(NORTH[:40], 0) | driven([*detour, *NORTH[26:60]], 1)
    (zone,) = work_zones(cones([100, 210, 310, 390]), tracks)
    assert len(zone.hazard_ids) == 4
    assert zone.length_m == pytest.approx(290.0, abs=3.0)


def test_around_a_block_the_line_goes_once():
    """Each of four drives knows one side and where the next one begins."""
    corners = [HELSINKI]
    for heading_deg in (0.0, 90.0, 180.0):
        corners.append(moved(*corners[-1], heading_deg, 154.0)[:2])
    sides = [road(corner, 90.0 * i, 154.0)[:-1] for i, corner in enumerate(corners)]
    tracks, row = {}, []
    for i, side in enumerate(sides):
        tracks |= driven([*side, *sides[(i + 1) % 4][:10]], i)
        for metres in (21.0, 77.0, 133.0):
            row.append(device(beside(side, metres, 4.0), len(row)))
    (zone,) = work_zones(row, tracks)
    assert len(zone.hazard_ids) == 12
    assert 500.0 < zone.length_m < 650.0


def sharpest_turn_deg(zone: WorkZone) -> float:
    bearings = [between(*a, *b)[0] for a, b in pairwise(zone.line)]
    return max((abs((b - a + 180.0) % 360.0 - 180.0) for a, b in pairwise(bearings)), default=0.0)


def test_a_branch_is_a_zone_of_its_own():
    exit_ = [*NORTH[:60], *road(NORTH[60], 40.0, 300.0)]
    main, ramp = cones([300, 400, 500, 600, 700]), []
    for i, metres in enumerate([480.0, 560.0, 640.0]):
        ramp.append(device(beside(exit_, metres, 4.0), 20 + i))
    found = work_zones(main + ramp, driven(NORTH, 0) | driven(exit_, 1))
    assert len(found) == 2
    assert {cone.id for cone in main} <= set(found[0].hazard_ids)


def test_crossing_roads_do_not_link():
    crossing = road(moved(*NORTH[50], 270.0, 300.0)[:2], 90.0, 600.0)
    corner = device(beside(NORTH, 340.0, 4.0), 0)
    others = [device(beside(crossing, m, -6.0), i) for i, m in ((1, 350.0), (2, 400.0))]
    tracks = driven(NORTH, 0) | driven(crossing, 1)
    (zone,) = work_zones([corner, *others], tracks)
    assert set(zone.hazard_ids) == {one.id for one in others}


def test_a_u_turn_does_not_join_both_ways():
    turning = [*NORTH, *[beside(SOUTH, 7.0 * i, 8.0) for i in range(len(SOUTH) - 1)]]
    devices = cones([830, 860], 4.0) + cones([830, 860], -12.0, first=2)
    assert len(work_zones(devices, driven(turning, 0, sees=devices))) == 2


@pytest.mark.parametrize("error_m", [-5.0, 5.0])
def test_the_way_of_a_zone_is_what_its_drives_saw_and_not_where_they_were_put(error_m):
    row = cones([200.0 + 20.0 * i for i in range(5)])
    (zone,) = work_zones(row, seen_both_ways(row, error_m))
    assert abs((zone.bearing_deg + 180.0) % 360.0 - 180.0) < 2.0


def test_one_cone_that_stands_between_both_ways_goes_with_the_others():
    row = [*cones([200, 240], 4.0), *cones([220], 0.2, first=2)]
    (zone,) = work_zones(row, seen_both_ways(row, 0.0))
    assert zone.hazard_ids == (row[0].id, row[2].id, row[1].id)


@pytest.mark.parametrize("sees", [True, False])
def test_the_way_that_is_nearer_to_all_together_counts_and_not_what_is_nearer_to_one(sees):
    """The oldest cone leans towards the other way, which was driven first."""
    row = [*cones([220], -0.2), *cones([180, 200, 240, 260], 4.0, first=1)]
    known = row if sees else ()
    (zone,) = work_zones(row, driven(SOUTH, 0, sees=known) | driven(NORTH, 1, sees=known))
    assert zone.hazard_ids == tuple(row[i].id for i in (1, 2, 0, 3, 4))
    for end, metres in ((0, 180.0), (-1, 260.0)):  # in the lane of that way
        assert between(*zone.line[end], *beside(NORTH, metres, 1.75))[1] < 0.3


def seen_both_ways(devices: Sequence[Hazard], error_m: float) -> Tracks:
    """One drive each way; they are put on the map too far west and too far east."""
    there = driven(NORTH, 0, (-error_m, 0.0), devices)
    return there | driven(SOUTH, 1, (error_m, 0.0), devices)


@pytest.mark.parametrize(
    "unlike",
    [{"kind": "cow"}, {"published": False}, {"state": State.CLEARED}, {"lon": 25.5}],
)
def test_what_is_no_published_construction_by_the_road_makes_no_zone(unlike):
    one, other = cones([100, 120])
    assert len(work_zones([one, other], BOTH)) == 1
    assert work_zones([one, replace(other, **unlike)], BOTH) == []


def test_side_by_side_still_makes_a_line():
    (zone,) = work_zones([*cones([300], 3.0), *cones([300], 5.0, first=1)], BOTH)
    assert zone.length_m == pytest.approx(10.0, abs=0.01)


def test_zones_merge_split_end_and_come_back_under_their_ids():
    left, right = cones([100, 120, 140]), cones([300, 320], first=3)
    bridge = cones([220], first=9)

    def next_(stored, devices):
        return settled(stored, work_zones(devices, BOTH), NOON + timedelta(hours=9))

    parted = next_([], left + right)
    large, small = parted
    merged = {zone.id: zone for zone in next_(parted, left + bridge + right)}
    assert len(merged[large.id].hazard_ids) == 6
    assert (merged[small.id].merged_into, merged[small.id].hazard_ids) == (
        large.id,
        small.hazard_ids,
    )
    assert next_(merged.values(), left + right) == parted
    shrunk = {zone.id: zone for zone in next_(parted, left[1:])}
    assert shrunk[large.id].started_at == left[0].first_seen
    assert shrunk[large.id].ended_at is None
    assert shrunk[small.id].ended_at == NOON + timedelta(hours=9)
    assert shrunk[small.id].merged_into is None
