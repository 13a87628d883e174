"""Real pictures for the demonstration, where the operator has them.

They are never part of this project. A folder named by HAZARDMAP_SHARED (default: `shared` beside
the clone) may hold animals on roads, which are set along a real GPX track, and georeferenced
dashcam frames; `make up REAL=1` fetches more of these. All get the present time, in copies that are
deleted once they are sent, and are labelled as simulated in place or time.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from hazardmap.core.geometry.geodesy import between
from hazardmap.demo.restage import Pose, restage
from hazardmap.footage.gpx import read_gpx
from hazardmap.uploader.uploading import Item

PER_SOURCE = 12
ANIMAL = "8"
ANIMAL_SPACING = timedelta(seconds=20)
FRAME_SPACING = timedelta(seconds=2)
LABEL = {"provenance": "position_simulated"}
TRACK = "gpxpy_around-visnjan-with-car.gpx"


def restaged_items(folder: Path) -> list[Item]:
    """Copies, in `folder`, of animals along the track and of georeferenced frames."""
    data = Path(settings.SHARED) / "data"
    now = timezone.now()
    return [
        *_animals(data, folder, now),
        *_frames(data / "gps_frames" / "driving_sequences", folder, now),
        *_frames(Path(settings.ASSETS) / "real", folder, now),
    ]


def _animals(data: Path, folder: Path, now: datetime) -> Iterator[Item]:
    path = data / "gps_frames" / "gpx" / TRACK
    if not path.exists():
        return
    track = _track(path)
    pictures = [
        picture
        for source in ("indian_road_obstacles", "coco_subset")
        for picture in _with_animals(data / source)
    ]
    step = max(1, (len(track) - 1) // max(1, len(pictures)))
    for index, picture in enumerate(pictures):
        here, there = track[index * step], track[index * step + 1]
        pose = Pose(*here, heading_deg=between(*here, *there)[0])
        copy = folder / picture.name
        restage(picture, copy, at=now - ANIMAL_SPACING * (len(pictures) - index), pose=pose)
        yield Item(copy, LABEL)


def _with_animals(source: Path) -> list[Path]:
    labels = sorted((source / "labels" / "val").glob("*.txt"))
    labels += sorted((source / "labels" / "train").glob("*.txt"))
    pictures = []
    for label in labels:
        classes = {line.split()[0] for line in label.read_text().splitlines() if line}
        picture = source / "images" / label.parent.name / f"{label.stem}.jpg"
        if ANIMAL in classes and picture.exists():
            pictures.append(picture)
    return pictures[:PER_SOURCE]


def _frames(source: Path, folder: Path, now: datetime) -> Iterator[Item]:
    frames = sorted(source.glob("*.jpg"))
    for index, frame in enumerate(frames):
        copy = folder / frame.name
        restage(frame, copy, at=now - FRAME_SPACING * (len(frames) - index), pose=None)
        yield Item(copy, LABEL)


def _track(path: Path) -> list[tuple[float, float]]:
    """Positions (lon, lat) of a GPX track of the operator's own folder, standstills left out."""
    return [place for place, _ in groupby((fix.lon, fix.lat) for fix in read_gpx(path))]
