"""Turn a detected frame into what fusion works with: one view and its located observations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from uuid import UUID

from hazardmap.accounts.selectors import device_cameras, witnesses
from hazardmap.capture.selectors import FramePose, poses, track_around
from hazardmap.core.fusion.fuse import observe
from hazardmap.core.seeing.camera import (
    DEFAULT_CAMERA,
    STATED_HEADING_SIGMA_DEG,
    STATED_HFOV_SIGMA_DEG,
    Camera,
)
from hazardmap.core.seeing.mounting import Mounting
from hazardmap.core.seeing.observation import Observation, View
from hazardmap.core.seeing.tracks import TrackPoint, headings
from hazardmap.hazards import mapping, models
from hazardmap.hazards.services.evidence_read import (
    NewEvidence,
    observations_of,
    views_with,
)
from hazardmap.hazards.services.frames_admit import frames_admit
from hazardmap.hazards.services.mounting_learn import mountings_of
from hazardmap.inference.services import TakenRun
from hazardmap.platform.rows_put import rows_put

NO_HEADING_SIGMA_DEG = 180.0


@dataclass(frozen=True, slots=True)
class Owners:
    """Who is behind the frames of a batch, by account and by device.

    camera: from a base (EXIF or the default) what is known of the device's. mounting: what its
    drives so far tell beyond that.
    """

    witness: Mapping[UUID, int]
    camera: Mapping[UUID, Callable[[Camera], Camera]]
    mounting: Mapping[UUID, Mounting]

    def camera_of(self, frame: FramePose) -> Camera:
        known = self.camera[frame.device_id](_base_camera(frame))
        mounting = self.mounting.get(frame.device_id)
        return known if mounting is None else mounting.applied(known)


def evidence_take(runs: list[TakenRun]) -> NewEvidence:
    """Store the views and observations of these runs and return them.

    They are located with what is known of their cameras now. A view keeps the camera that was
    used, so that what is learned later changes no evidence; a frame that was taken in before stays
    as it was.
    """
    before = views_with(run.frame_id for run in runs)
    known = {view.frame_id for view in before}
    new = _located([run for run in runs if run.frame_id not in known])
    if not before:
        return new
    seen = chain.from_iterable(observations_of(before).values())
    return NewEvidence([*new.views, *before], [*new.observations, *seen])


def _located(runs: list[TakenRun]) -> NewEvidence:
    frames = poses(run.frame_id for run in runs)
    telling = {run.frame_id for run in runs if run.detections}
    for frame_id in frames_admit(frames, telling=telling):
        del frames[frame_id]
    owners = Owners(
        witnesses(frame.account_id for frame in frames.values()),
        device_cameras(frame.device_id for frame in frames.values()),
        mountings_of(frame.device_id for frame in frames.values()),
    )
    views: list[View] = []
    observations: list[Observation] = []
    view_rows = []
    for run in runs:
        frame = frames.get(run.frame_id)
        if frame is None:
            continue  # its contributor has deleted it meanwhile, or it may not speak
        view = _view(frame, run, owners)
        views.append(view)
        view_rows.append(mapping.view_row(view, model_version=run.model_version))
        for detection in run.detections:
            seen = observe(view, detection.id, detection.kind, detection.score, detection.box)
            if isinstance(seen, Observation):
                observations.append(seen)
    rows_put(models.View, view_rows, over=False)
    rows_put(models.Observation, [mapping.observation_row(one) for one in observations], over=False)
    return NewEvidence(views, observations)


def _view(frame: FramePose, run: TakenRun, owners: Owners) -> View:
    heading_deg, heading_sigma_deg = _heading(frame)
    return View(
        frame_id=frame.id,
        device_id=frame.device_id,
        witness=owners.witness[frame.account_id],
        captured_at=frame.captured_at,
        lon=frame.lon,
        lat=frame.lat,
        accuracy_m=frame.accuracy_m,
        heading_deg=heading_deg,
        heading_sigma_deg=heading_sigma_deg,
        speed_mps=frame.speed_mps,
        camera=owners.camera_of(frame),
        usable=run.usable,
        dark=run.dark,
        occluders=run.occluders,
        aspect=(frame.width_px or 16) / (frame.height_px or 9),
        simulated=frame.provenance != "camera",
        edge=run.edge,
    )


def _base_camera(frame: FramePose) -> Camera:
    if frame.hfov_deg is None:
        return DEFAULT_CAMERA
    return replace(DEFAULT_CAMERA, hfov_deg=frame.hfov_deg, hfov_sigma_deg=STATED_HFOV_SIGMA_DEG)


def _heading(frame: FramePose) -> tuple[float | None, float]:
    """The stated heading, else that of the track among the frames that have arrived by now."""
    if frame.heading_deg is not None:
        return frame.heading_deg, STATED_HEADING_SIGMA_DEG
    track = track_around(frame.device_id, frame.captured_at)
    points = [
        TrackPoint(
            pose.captured_at,
            pose.lon,
            pose.lat,
            pose.accuracy_m,
            pose.speed_mps,
            pose.heading_deg,
        )
        for pose in track
    ]
    here = [pose.id for pose in track].index(frame.id)
    found = headings(points)[here]
    if found is None:
        return None, NO_HEADING_SIGMA_DEG
    return found.heading_deg, found.sigma_deg
