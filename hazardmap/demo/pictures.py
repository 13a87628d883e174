"""Real pictures for the demonstration, where the operator has them.

They are never part of this project. A folder named by HAZARDMAP_SHARED (default: `shared` beside
the clone) may hold animals on roads, which are set along a real GPX track, and georeferenced
dashcam frames, whose time is set to now. Both are labelled as simulated in place or time.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

from django.conf import settings
from django.utils import timezone

from hazardmap.api.client import Item
from hazardmap.core.geodesy import between

PER_SOURCE = 12
ANIMAL = "8"
SPACING = timedelta(seconds=20)
TRACK = "gpxpy_around-visnjan-with-car.gpx"
GPX = "{http://www.topografix.com/GPX/1/1}"


def restaged_items() -> list[Item]:
    """Animals along the track, then the georeferenced frames; empty without the folder."""
    data = Path(settings.SHARED) / "data"
    if not data.is_dir():
        return []
    return [*_animals(data), *_drives(data)]


def _animals(data: Path) -> Iterator[Item]:
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
    now = timezone.now()
    for index, picture in enumerate(pictures):
        here, there = track[index * step], track[index * step + 1]
        yield Item(
            picture,
            {
                "lon": here[0],
                "lat": here[1],
                "heading_deg": between(*here, *there)[0],
                "accuracy_m": 5.0,
                "captured_at": (now - SPACING * (len(pictures) - index)).isoformat(),
                "provenance": "position_simulated",
            },
        )


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


def _drives(data: Path) -> Iterator[Item]:
    now = timezone.now()
    frames = sorted((data / "gps_frames" / "driving_sequences").glob("*.jpg"))
    for index, frame in enumerate(frames):
        at = now - timedelta(seconds=2) * (len(frames) - index)
        yield Item(frame, {"captured_at": at.isoformat(), "provenance": "position_simulated"})


def _track(path: Path) -> list[tuple[float, float]]:
    """Positions (lon, lat) of a GPX track of the operator's own folder, standstills left out."""
    points: list[tuple[float, float]] = []
    for point in ElementTree.parse(path).iter(f"{GPX}trkpt"):  # noqa: S314 - the operator's file
        position = (float(point.attrib["lon"]), float(point.attrib["lat"]))
        if not points or position != points[-1]:
            points.append(position)
    return points
