"""Things that a pass reports in two parts."""

from dataclasses import replace

import numpy as np
import pytest

from hazardmap.core.fusion.fuse import on_plane
from hazardmap.core.geometry.geodesy import Plane
from hazardmap.core.seeing.association import things
from hazardmap.core.seeing.sightings import Sighting
from tests.scenes import Fleet, ahead


@pytest.fixture
def frames() -> list[list[Sighting]]:
    """A pothole, frame by frame, farthest first: its range is told by its foot alone."""
    fleet = Fleet()
    seen = fleet.drive(1, there=[ahead(60.0, "pothole")])
    plane = Plane(seen[0].lon, seen[0].lat)
    by_frame = {view.frame_id: view for view in fleet.views}
    return list(on_plane(seen, by_frame, plane).values())


def misplaced(seen: Sighting, as_far_as: Sighting) -> Sighting:
    """The same seen in the same direction, but as far away and as vaguely as another one."""
    sight = np.array([np.sin(seen.bearing_rad), np.cos(seen.bearing_rad)])
    place_m = seen.camera_m + sight / as_far_as.nearness
    vague = {"cov_m2": as_far_as.cov_m2, "nearness_var": as_far_as.nearness_var}
    return replace(seen, mean_m=place_m, nearness=as_far_as.nearness, **vague)


def test_a_frame_that_misplaces_it_does_not_make_it_two(frames):
    (near,) = frames[-3]
    frames[-3] = [misplaced(near, frames[3][0])]
    (thing,) = things(frames)
    assert len(thing.sightings) == len(frames)
    assert thing.mean_m == pytest.approx([0.0, 0.0], abs=2.5)


def test_two_boxes_in_one_frame_are_two(frames):
    (near,) = frames[-3]
    other = replace(
        near.observation, id=frames[0][0].observation.id, box=frames[3][0].observation.box
    )
    frames[-3] = [near, replace(misplaced(near, frames[3][0]), observation=other)]
    assert len(things(frames[1:])) == 2


def test_every_other_frame_misplaces_one_of_two_and_they_stay_two():
    fleet = Fleet()
    seen = fleet.drive(1, there=[ahead(60.0, "cone"), ahead(20.0, "cone")])
    plane = Plane(seen[0].lon, seen[0].lat)
    by_frame = {view.frame_id: view for view in fleet.views}
    frames = list(on_plane(seen, by_frame, plane).values())
    for frame in frames[1::2]:
        frame[:] = [at_share(one, 0.6) for one in frame]
    assert sorted(len(thing.sightings) for thing in things(frames)) == [4, 11]


def at_share(seen: Sighting, share: float) -> Sighting:
    """The same seen at this share of its distance."""
    sight = np.array([np.sin(seen.bearing_rad), np.cos(seen.bearing_rad)])
    place_m = seen.camera_m + sight * share / seen.nearness
    return replace(seen, mean_m=place_m, nearness=seen.nearness / share)
