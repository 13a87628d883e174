"""Things that a pass reports in two parts."""

from dataclasses import replace

import numpy as np
import pytest

from hazardmap.core.fusion.fuse import on_plane
from hazardmap.core.geometry.box import Box
from hazardmap.core.geometry.geodesy import Plane
from hazardmap.core.seeing.association import things
from hazardmap.core.seeing.parts import mended
from hazardmap.core.seeing.sightings import Sighting, Thing
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


@pytest.mark.parametrize(
    ("squared", "third_m", "whole"),
    [
        (18.0, None, True),  # alone, closeness is enough
        (18.8, None, False),
        (8.0, 40.0, True),  # else that they take turns
        (13.9, 40.0, False),
        (8.0, 14.0, False),  # in a row two are likelier than one
        (2.0, 14.0, True),
        (13.9, 70.0, True),  # too far off to be around
        (18.0, 70.0, True),
    ],
)
def test_parts_that_take_turns_are_one_thing_if_they_are_close(frames, squared, third_m, whole):
    turns = [one for (one,) in frames]
    apart_m = float(np.sqrt(8.0 * squared))
    found = [part(0.0, turns[::2]), part(apart_m, turns[1::2])]
    if third_m is not None:
        found.append(part(-third_m, turns[:1]))
    assert len(mended(found)) == len(found) - whole
    together = [found[0], part(apart_m, turns[:2]), *found[2:]]
    assert len(mended(together)) == len(found), "one frame shows both"
    other = [found[0], replace(found[1], family="deer"), *found[2:]]
    assert len(mended(other)) == len(found)


def part(east_m: float, seen: list[Sighting]) -> Thing:
    """What some frames report, two metres unsure both ways."""
    return Thing("pothole", np.array([east_m, 0.0]), 4.0 * np.eye(2), seen, [])


@pytest.mark.parametrize("kind", ["cone", "barrier"])
def test_a_leg_of_a_barricade_is_no_thing_beside_it(kind):
    whole, leg = of_a_barricade(foot=0.55, kinds=(kind,))
    (thing,) = things([[whole, leg]])
    assert thing.best.kind == "barrier"


@pytest.mark.parametrize("scores", [(0.6, 0.5, 0.4), (0.5, 0.6, 0.55), (0.5, 0.4, 0.6)])
def test_both_legs_of_a_barricade_are_it(scores):
    frame = of_a_barricade(foot=0.55, kinds=("cone", "cone", "cone"), scores=(*scores, 0.9))
    found = [(thing.best.score, len(thing.twins)) for thing in things([frame])]
    assert sorted(found) == [(0.6, 2), (0.9, 0)]


def test_two_cones_that_are_hardly_taken_for_a_barricade_are_two():
    frame = of_a_barricade(foot=0.55, kinds=("cone", "cone"), scores=(0.4, 0.7, 0.6))
    found = [(thing.best.score, len(thing.twins)) for thing in things([frame])]
    assert sorted(found) == [(0.6, 0), (0.7, 1)]


@pytest.mark.parametrize(
    ("foot", "kind"), [(0.52, "cone"), (0.55, "worker")], ids=["farther", "another family"]
)
def test_what_stands_behind_a_barricade_is_a_thing(foot, kind):
    assert len(things([of_a_barricade(foot, (kind,))])) == 2


def of_a_barricade(
    foot: float, kinds: tuple[str, ...], scores: tuple[float, ...] = (0.6, 0.5)
) -> list[Sighting]:
    """One frame: a barricade, narrow things before its left and its right end, which end at a
    height of the frame, and one far from it."""
    fleet = Fleet()
    seen = fleet.drive(1, there=[ahead(20.0, kind) for kind in ("barrier", *kinds)])
    frame = [s for s in seen if s.frame_id == seen[0].frame_id]
    boxes = (
        Box(0.4, 0.45, 0.46, 0.55), Box(0.4, 0.46, 0.42, foot), Box(0.44, 0.46, 0.46, foot),
        Box(0.7, 0.46, 0.72, 0.55),
    )  # fmt: skip
    marked = [
        replace(one, box=box, score=score)
        for one, box, score in zip(frame, boxes, scores, strict=False)
    ]
    plane = Plane(seen[0].lon, seen[0].lat)
    by_frame = {view.frame_id: view for view in fleet.views}
    (found,) = on_plane(marked, by_frame, plane).values()
    return found
