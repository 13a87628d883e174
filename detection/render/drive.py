"""Render drives along one street past the same hazards, and write what is true about them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from detection.render.camera import Camera, Floats, View
from detection.render.exif import Fix, save_jpeg
from detection.render.frame import Box, Studio
from detection.render.roads import pick_section
from detection.render.scene import DEFAULT_OBJECTS, Scene, make_scene
from detection.render.solid import Picture
from detection.render.weather import Conditions

SECTION_M = 280.0
CREDIT = (
    "simulated drive, rendered by hazardmap; road geometry © OpenStreetMap contributors (ODbL 1.0)"
)
PAUSE = timedelta(minutes=10)
_LONGEST = timedelta(minutes=2)  # no drive takes as long


@dataclass(frozen=True)
class DriveSummary:
    """What was written. ends_at: time of the last frame. boxes: hazards seen, over all frames."""

    street: str
    drives: tuple[Path, ...]
    frames: int
    objects: int
    boxes: int
    truth: Path
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class _Trip:
    """One drive: its camera, weather, speed and the error that its receiver keeps."""

    camera: Camera
    conditions: Conditions
    speed_kmh: float
    offset_m: Floats
    heading_error_deg: float
    starts_at: datetime


def head_start(drives: int) -> timedelta:
    """How long ago the first of so many drives must start for the last one to be over by now."""
    return (drives - 1) * PAUSE + _LONGEST


def render_drive(
    *,
    roads: Path,
    out: Path,
    seed: int,
    drives: int = 2,
    start: datetime,
    objects: int | None = None,
    frame_spacing_m: float = 6.0,
    progress: Callable[[int, int], None] | None = None,
) -> DriveSummary:
    """Write out/drive-N/0001.jpg ... and out/truth.json; the same seed gives the same files.

    roads: GeoJSON of OpenStreetMap ways. start: aware time of the first frame; each further drive
    starts PAUSE later. objects: number of hazards, half of them animals. progress: called with
    frames done and frames in all.
    Raises RoadsError or ValueError for bad input.
    """
    _check(drives, start, objects, frame_spacing_m)
    section = pick_section(roads, seed=seed, length_m=SECTION_M)
    scene = make_scene(section, DEFAULT_OBJECTS if objects is None else objects, seed)
    stops = np.arange(2.0, section.length_m - 4.0, frame_spacing_m)
    written: list[dict[str, Any]] = []
    done, total = 0, drives * len(stops)
    for number in range(1, drives + 1):
        rng = np.random.default_rng([seed, 4, number])
        trip = _trip(rng, start + (number - 1) * PAUSE)
        studio = Studio(scene, trip.camera, trip.conditions, seed)
        frames = []
        for frame in _shots(studio, trip, stops, out / f"drive-{number}", rng):
            frames.append(frame)
            done += 1
            if progress:
                progress(done, total)
        written.append(_drive_truth(number, trip, frames))
    truth = out / "truth.json"
    content = json.dumps(_truth(scene, seed, written), indent=1, ensure_ascii=False)
    truth.write_text(content + "\n", encoding="utf-8")
    shots = [frame for each in written for frame in each["frames"]]
    return DriveSummary(
        street=section.name,
        drives=tuple(out / f"drive-{n}" for n in range(1, drives + 1)),
        frames=total,
        objects=len(scene.things),
        boxes=sum(len(frame["boxes"]) for frame in shots),
        truth=truth,
        starts_at=start,
        ends_at=max(datetime.fromisoformat(frame["captured_at"]) for frame in shots),
    )


def _check(drives: int, start: datetime, objects: int | None, frame_spacing_m: float) -> None:
    if start.tzinfo is None:
        raise ValueError("start needs a time zone")
    if not 1 <= drives <= 9:
        raise ValueError("drives must be 1..9")
    if objects is not None and not 1 <= objects <= 60:
        raise ValueError("objects must be 1..60")
    if not 1.0 <= frame_spacing_m <= 50.0:
        raise ValueError("spacing of frames must be 1..50 m")


def _trip(rng: np.random.Generator, starts_at: datetime) -> _Trip:
    camera = Camera(
        hfov_deg=round(float(rng.uniform(55, 80)), 2),
        height_m=round(float(rng.uniform(1.1, 1.9)), 3),
        pitch_deg=round(float(rng.normal(1.0, 1.5)), 2),
        yaw_deg=round(float(rng.normal(0, 1.2)), 2),
        roll_deg=round(float(rng.normal(0, 0.4)), 2),
    )
    return _Trip(
        camera=camera,
        conditions=Conditions.drawn(rng),
        speed_kmh=float(rng.uniform(25, 42)),
        offset_m=rng.normal(0, 3.0, 2),
        heading_error_deg=float(rng.normal(0, 2.0)),
        starts_at=starts_at,
    )


def _shots(
    studio: Studio, trip: _Trip, stops: Floats, folder: Path, rng: np.random.Generator
) -> Iterator[dict[str, Any]]:
    """Render and write the frames of a drive, one by one; yields the truth of each."""
    folder.mkdir(parents=True, exist_ok=True)
    for index, along_m in enumerate(stops.tolist(), start=1):
        yield _shoot(studio, trip, along_m, folder / f"{index:04d}.jpg", rng)


def _shoot(
    studio: Studio, trip: _Trip, along_m: float, path: Path, rng: np.random.Generator
) -> dict[str, Any]:
    """Render and write one frame; returns its truth."""
    street = studio.scene.street
    drift = 0.15 * np.sin(along_m / 23)
    east, north = street.at(along_m, street.lane_m / 2 + float(drift))
    heading = street.heading_deg(along_m)
    view = View(trip.camera, east, north, heading)
    rgb, boxes = studio.shoot(view, along_m, rng)
    picture = (rgb * 255 + 0.5).astype(np.uint8)
    stamp(picture)
    at = trip.starts_at + timedelta(seconds=round(along_m / (trip.speed_kmh / 3.6), 3))
    measured = np.array([east, north]) + trip.offset_m + rng.normal(0, 0.5, 2)
    frame = street.section.frame
    lon, lat = frame.to_lonlat(float(measured[0]), float(measured[1]))
    speed = trip.speed_kmh + float(rng.normal(0, 0.4))
    towards = (heading + trip.heading_error_deg + float(rng.normal(0, 1.0))) % 360
    fix = Fix(lon, lat, towards, max(speed, 0.0), float(rng.uniform(3.0, 6.0)), at)
    quality = int(np.clip(trip.conditions.jpeg_quality + rng.integers(-3, 4), 70, 92))
    save_jpeg(path, picture, fix, hfov_deg=trip.camera.hfov_deg, quality=quality)
    true_lon, true_lat = frame.to_lonlat(east, north)
    return {
        "file": f"{path.parent.name}/{path.name}",
        "captured_at": at.isoformat(),
        "lon": round(true_lon, 8),
        "lat": round(true_lat, 8),
        "heading_deg": round(heading, 3),
        "measured": {"lon": round(lon, 8), "lat": round(lat, 8), "heading_deg": round(towards, 3)},
        "boxes": [_box(box) for box in boxes],
    }


def stamp(picture: Picture) -> None:
    """Write "simulated" small in the lower right corner of a picture (h, w, 3)."""
    height, width = picture.shape[:2]
    at = (width - 122, height - 14)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(picture, "simulated", at, font, 0.62, (0.0, 0.0, 0.0), 3, cv2.LINE_AA)
    cv2.putText(picture, "simulated", at, font, 0.62, (255.0, 255.0, 255.0), 1, cv2.LINE_AA)


def _box(box: Box) -> dict[str, Any]:
    return {
        "object": box.number,
        "kind": box.kind,
        "box": [round(v, 5) for v in (box.x, box.y, box.width, box.height)],
        "visible": round(box.visible, 3),
        "distance_m": round(box.distance_m, 2),
    }


def _drive_truth(number: int, trip: _Trip, frames: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "drive": number,
        "camera": asdict(trip.camera),
        "conditions": asdict(trip.conditions),
        "speed_kmh": round(trip.speed_kmh, 2),
        "gnss_offset_m": [round(float(v), 3) for v in trip.offset_m],
        "heading_error_deg": round(trip.heading_error_deg, 3),
        "frames": frames,
    }


def _truth(scene: Scene, seed: int, drives: list[dict[str, Any]]) -> dict[str, Any]:
    section = scene.street.section
    objects = []
    for thing in scene.things:
        lon, lat = section.frame.to_lonlat(*scene.street.at(thing.along_m, thing.right_m))
        objects.append(
            {
                "id": thing.number,
                "kind": thing.kind,
                "lon": round(lon, 8),
                "lat": round(lat, 8),
                "height_m": round(thing.height_m, 3),
            }
        )
    return {
        "simulated": True,
        "credit": CREDIT,
        "seed": seed,
        "street": section.name,
        "objects": objects,
        "drives": drives,
    }
