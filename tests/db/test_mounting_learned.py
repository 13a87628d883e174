"""A device whose camera is mounted otherwise than it says is found out by its own drives."""

from collections.abc import Iterable
from dataclasses import replace
from statistics import mean
from uuid import UUID

import pytest

from hazardmap.capture.models import Frame
from hazardmap.core.geometry.geodesy import between
from hazardmap.core.seeing.camera import DEFAULT_CAMERA, Camera
from hazardmap.hazards import checkpoint_models, learned_models, models
from hazardmap.hazards.services import fuse_pending, mountings_learn
from tests.detected import (
    alike,
    contributor,
    drive,
    everything,
    fuse_in_turn,
    minutes_ago,
)
from tests.scenes import ahead

pytestmark = pytest.mark.django_db
CROOKED = replace(DEFAULT_CAMERA, pitch_deg=3.0, yaw_deg=5.0)
THINGS = (ahead(35.0, "cow"), ahead(50.0, "barrier", right_m=-4.0), ahead(60.0, "horse"))


def error_m(frames: Iterable[UUID]) -> float:
    """How far what these frames show was put from where it stands, on average."""
    place = {thing.kind: (thing.lon, thing.lat) for thing in THINGS}
    seen = models.Observation.objects.filter(view_id__in=list(frames))
    errors = [between(o.position.x, o.position.y, *place[o.kind])[1] for o in seen]
    assert len(errors) > 10
    return mean(errors)


def camera_of(frames: list[UUID]) -> Camera:
    return Camera(**models.View.objects.get(frame_id=frames[-1]).camera)


def test_each_drive_is_located_better_than_the_one_before() -> None:
    device = contributor("ann")
    errors, cameras = [], []
    for number in range(6):
        frames = drive(device, minutes_ago(50 - 5 * number), *THINGS, camera=CROOKED, frames=10)
        fuse_pending()
        assert mountings_learn() == 1
        assert mountings_learn() == 1, "once more changes nothing"
        errors.append(error_m(frames))
        cameras.append(camera_of(frames))
    assert cameras[0] == DEFAULT_CAMERA
    assert errors[-1] < 0.62 * errors[0]
    assert errors == sorted(errors, reverse=True)
    assert abs(cameras[-1].pitch_deg - CROOKED.pitch_deg) < 0.7
    assert 0.2 < cameras[1].yaw_deg < 1.2 < cameras[-1].yaw_deg < CROOKED.yaw_deg
    sigmas = [camera.pitch_sigma_deg for camera in cameras]
    assert sigmas == sorted(sigmas, reverse=True)
    assert learned_models.Mounting.objects.get().drives == 6


def test_what_was_taken_in_before_stays_as_it_was_located() -> None:
    device, other = contributor("ann"), contributor("ben")
    passes = [
        drive(device, minutes_ago(40), *THINGS, camera=CROOKED, frames=10),
        drive(other, minutes_ago(30), *THINGS, frames=10),
    ]
    fuse_in_turn(passes)
    live = everything()
    mountings_learn()
    models.Hazard.objects.all().delete()
    checkpoint_models.Checkpoint.objects.all().delete()
    fuse_in_turn(passes)
    assert alike(live, everything()), "a replay reads the cameras that were used"


def test_made_up_positions_and_frames_on_their_way_teach_nothing() -> None:
    drive(contributor("ann"), minutes_ago(1), *THINGS, camera=CROOKED, frames=10)
    made_up = drive(contributor("ben"), minutes_ago(30), *THINGS, camera=CROOKED, frames=10)
    Frame.objects.filter(id__in=made_up).update(provenance="position_simulated")
    fuse_pending()
    assert mountings_learn() == 1
    assert learned_models.Mounting.objects.get().drives == 0
