"""What a camera could not have reported, its silence does not deny."""

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hazardmap.core.geometry.box import Box
from hazardmap.core.geometry.geodesy import Plane
from hazardmap.core.kinds import KINDS
from hazardmap.core.seeing.camera import DEFAULT_CAMERA, Camera, project
from hazardmap.core.seeing.locating import Located, NotLocatable, locate
from hazardmap.core.seeing.recall import DEFAULT_TABLE, RecallTable
from hazardmap.core.seeing.visibility import Target, chances, frame_recalls, looks
from tests.scenes import ASPECT, HELSINKI, Fleet

cameras = st.builds(
    Camera,
    hfov_deg=st.floats(40, 110),
    height_m=st.floats(0.8, 3.5),
    pitch_deg=st.floats(-15, 30),
    yaw_deg=st.floats(-30, 30),
    pitch_sigma_deg=st.floats(0.2, 3),
)
LORRY = Camera(hfov_deg=60.0, height_m=2.6)


def recall_of(
    camera: Camera,
    kind: str,
    range_m: float,
    off_deg: float = 0.0,
    table: RecallTable = DEFAULT_TABLE,
    **light: Any,
) -> float:
    """Of one frame of a thing that stands so far off, so much right of the lens's axis."""
    fleet = Fleet()
    fleet.drive(1, frames=1, camera=camera)
    view = replace(fleet.views[0], heading_deg=0.0, **light)
    bearing = math.radians(camera.yaw_deg + off_deg)
    place = range_m * math.sin(bearing), range_m * math.cos(bearing)
    seen_from = looks([view], Plane(*HELSINKI))
    return float(frame_recalls(seen_from, [Target(*place, 1.0, kind)], table)[0, 0])


def box_there(camera: Camera, kind: str, range_m: float, off_deg: float) -> Box | None:
    """The box of an upright thing, cut at the top; None where its foot is not in the frame."""
    bearing_deg = camera.yaw_deg + off_deg
    foot = project(camera, bearing_deg, range_m, 0.0, ASPECT)
    head = project(camera, bearing_deg, range_m, max(KINDS[kind].height_m, 0.1), ASPECT)
    if foot is None or head is None or not 0.0 < foot[1] < 1.0:
        return None
    return Box(foot[0] - 1e-4, max(head[1], 0.0), foot[0] + 1e-4, foot[1])


@given(cameras, st.sampled_from(sorted(KINDS)), st.floats(1, 90), st.floats(-15, 15))
def test_only_what_can_be_placed_is_missed(camera, kind, range_m, off_deg):
    if recall_of(camera, kind, range_m, off_deg) == 0.0:
        return
    box = box_there(camera, kind, range_m, off_deg)
    assert box is not None, "its foot is in the frame"
    found = locate(box, kind, camera, ASPECT)
    if isinstance(found, NotLocatable):
        assert found.reason == "too_far", "and not at the lower edge"
        nearer = locate(box_there(camera, kind, 0.85 * range_m, 0.0), kind, camera, ASPECT)
        assert isinstance(nearer, Located), "as exactly as half a metre on the axis allows"


@pytest.mark.parametrize(
    ("camera", "kind", "range_m", "seen"),
    [
        (LORRY, "cone", 7.0, False),  # any box is cut off by the lower edge
        (LORRY, "cone", 10.0, True),
        (DEFAULT_CAMERA, "cone", 7.0, True),
        (DEFAULT_CAMERA, "debris", 30.0, True),
        (DEFAULT_CAMERA, "debris", 45.0, False),  # too_far
        (replace(DEFAULT_CAMERA, pitch_sigma_deg=0.5), "debris", 45.0, True),
        (replace(DEFAULT_CAMERA, pitch_deg=45.0), "cone", 10.0, False),  # above the frame
        (replace(DEFAULT_CAMERA, pitch_deg=-30.0), "cone", 10.0, False),  # sees no road at all
    ],
)
def test_what_a_lens_cannot_show_or_place_it_does_not_deny(camera, kind, range_m, seen):
    assert (recall_of(camera, kind, range_m) > 0.1) == seen


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 13), st.floats(5, 90), st.floats(-20, 20), st.floats(0.01, 0.99))
def test_what_a_pass_would_report_is_what_its_frames_would(frames, north_m, east_m, correlation):
    fleet, table = Fleet(), replace(DEFAULT_TABLE, pass_correlation=correlation)
    fleet.drive(1, frames=frames)
    seen_from, target = looks(fleet.views, Plane(*HELSINKI)), Target(east_m, north_m, 1.0, "cone")
    by_frame = frame_recalls(seen_from, [target], table)[0]
    (chance,) = chances(seen_from, [target], table)
    assert chance.frames * chance.recall == pytest.approx(by_frame.sum(), abs=1e-6)
    assert 0.0 <= chance.frames <= frames + 1e-9
    assert chance.recall <= by_frame.max() + 1e-9
    apart = 1.0 - math.prod(1.0 - by_frame)
    assert chance.recall - 1e-9 <= chance.reported <= apart + 0.02


@pytest.mark.parametrize(
    ("factors", "light"),
    [
        ("dark_factors", {"dark": True}),
        ("occluded_factors", {"occluders": (Box(0.0, 0.0, 1.0, 1.0),)}),
    ],
)
def test_a_kind_that_is_lost_in_the_dark_or_behind_traffic_is_not_denied_there(factors, light):
    table = replace(DEFAULT_TABLE, **{factors: {"animal": 0.0, "drum": 1.0}})
    free = recall_of(LORRY, "drum", 20.0, table=table)
    assert recall_of(LORRY, "drum", 20.0, table=table, **light) == pytest.approx(free)
    assert recall_of(LORRY, "animal", 20.0, table=table) > 0.1
    assert recall_of(LORRY, "animal", 20.0, table=table, **light) < 0.05
    assert 0.0 < recall_of(LORRY, "cone", 20.0, table=table, **light) < 0.9 * free, "as all are"
