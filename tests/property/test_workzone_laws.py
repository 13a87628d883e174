"""Laws of work zones, on roads that bend, with drives both ways and a road beside."""

import math
import random
from dataclasses import dataclass
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from hazardmap.core.derived.drives import Track
from hazardmap.core.derived.workzone import Tracks, WorkZone, settled, work_zones
from hazardmap.core.derived.zone_line import NEAR_M
from hazardmap.core.fusion.hazard import Hazard
from hazardmap.core.geometry.geodesy import between, moved
from tests.scenes import HELSINKI, NOON, Place
from tests.worked_road import beside, device, driven, road

FEW = settings(max_examples=30)


def off_line_m(zone: WorkZone, hazard: Hazard) -> float:
    """Distance of a device from the line, by steps of a metre or less."""
    nearest = math.inf
    for a, b in zip(zone.line, zone.line[1:], strict=False):
        bearing_deg, length_m = between(*a, *b)
        for i in range(int(length_m) + 2):
            place = moved(*a, bearing_deg, min(float(i), length_m))[:2]
            nearest = min(nearest, between(*place, hazard.lon, hazard.lat)[1])
    return nearest


@dataclass(frozen=True)
class Scene:
    """One bent road with drives both ways, devices on either side, and a road beside it.

    drives: part of the road, the error of position, east and north, and whether it saw anything; by
    turns there, back and along the other road. spots: metres along, metres right, kind.
    """

    start: Place
    heading_deg: float
    bend_deg: float
    drives: tuple[tuple[slice, tuple[float, float], bool], ...]
    spots: tuple[tuple[float, float, str], ...]

    @property
    def here(self) -> list[Place]:
        return road(self.start, self.heading_deg, 900.0, self.bend_deg)

    @property
    def tracks(self) -> Tracks:
        here = self.here
        beyond = [beside(here, 7.0 * i, 60.0) for i in range(len(here) - 1)]
        ways = [here, here[::-1], beyond]
        made: dict[UUID, Track] = {}
        for number, (part, off_m, looks) in enumerate(self.drives):
            sees = self.devices if looks else ()
            made |= driven(ways[number % 3][part], number, off_m, sees)
        return made

    @property
    def devices(self) -> list[Hazard]:
        here = self.here
        return [
            device(beside(here, along_m, right_m), number, kind)
            for number, (along_m, right_m, kind) in enumerate(self.spots)
        ]


SPOTS = st.tuples(
    st.floats(20, 840),
    st.sampled_from([-7.0, 0.0, 4.0, 7.0, 57.0]),
    st.sampled_from(["cone", "barrier", "worker", "roadwork_sign"]),
)
DRIVES = st.tuples(
    st.sampled_from([slice(None), slice(0, 80), slice(40, None)]),
    st.tuples(st.floats(-6, 6), st.floats(-6, 6)),
    st.booleans(),
)
SCENES = st.builds(
    Scene,
    st.sampled_from([HELSINKI, (179.9995, -16.5), (-73.9, 40.7), (18.0, 78.2)]),
    st.floats(0, 360),
    st.floats(-9, 9),
    st.lists(DRIVES, min_size=1, max_size=6).map(tuple),
    st.lists(SPOTS, max_size=14).map(tuple),
)


@FEW
@given(scene=SCENES, seed=st.integers())
def test_order_and_repetition_are_no_matter(scene, seed):
    devices, tracks = scene.devices, scene.tracks
    zones = work_zones(devices, tracks)
    shuffled = random.Random(seed).sample(devices, len(devices))
    mixed = {
        key: Track(sorted(tracks[key].fixes, key=hash), sorted(tracks[key].seen, key=hash))
        for key in reversed(list(tracks))
    }
    assert work_zones([*shuffled, *shuffled[:3]], mixed) == zones


@FEW
@given(scene=SCENES)
def test_the_line_of_a_zone_is_near_all_its_devices(scene):
    devices, tracks = scene.devices, scene.tracks
    by_id = {one.id: one for one in devices}
    for zone in work_zones(devices, tracks):
        assert len(zone.line) >= 2
        assert zone.length_m >= 9.99
        assert 0.0 <= zone.p <= 1.0
        assert zone.t_ref < zone.ends_by(0.05) < zone.ends_by(0.5) < zone.ends_by(0.95)
        for id_ in zone.hazard_ids:
            assert off_line_m(zone, by_id[id_]) <= NEAR_M
        for end in (0, -1):
            assert (
                between(
                    *zone.line[end],
                    by_id[zone.hazard_ids[end]].lon,
                    by_id[zone.hazard_ids[end]].lat,
                )[1]
                <= NEAR_M + 10.0
            )


@FEW
@given(scene=SCENES, data=st.data())
def test_taking_devices_away_never_makes_a_zone_larger(scene, data):
    devices, tracks = scene.devices, scene.tracks
    zones = [set(zone.hazard_ids) for zone in work_zones(devices, tracks)]
    left = [one for one in devices if data.draw(st.booleans())]
    for zone in work_zones(left, tracks):
        assert any(set(zone.hazard_ids) <= whole for whole in zones)


@FEW
@given(scene=SCENES)
def test_ids_stay_when_a_device_comes_or_goes(scene):
    devices, tracks = scene.devices, scene.tracks
    stored = settled([], work_zones(devices[1:], tracks), NOON)
    grown = settled(stored, work_zones(devices, tracks), NOON)
    owner = {id_: zone.id for zone in grown if zone.ended_at is None for id_ in zone.hazard_ids}
    for zone in stored:
        now = next(one for one in grown if one.id == zone.id)
        if now.ended_at is not None:  # merged into a zone that has kept its id
            assert now.merged_into in {one.id for one in stored}
            assert now.merged_into in {owner[id_] for id_ in zone.hazard_ids}
        else:
            assert set(zone.hazard_ids) & set(now.hazard_ids)
    left = [zone for zone in settled(grown, work_zones(devices[1:], tracks), NOON) if stands(zone)]
    assert sorted(zone.hazard_ids for zone in left) == sorted(zone.hazard_ids for zone in stored)
    assert settled(left, work_zones(devices[1:], tracks), NOON) == left


def stands(zone: WorkZone) -> bool:
    return zone.ended_at is None
