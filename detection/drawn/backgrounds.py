"""Photographs of roads to draw on: where their horizon is, their lanes, and what they show.

The table `backgrounds.toml` says it for every picture that was judged by eye; others are not used.
"""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import atan, degrees, radians, tan
from pathlib import Path
from typing import Any, Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from detection.drawn.road import Road
from detection.labelled import LabelsError, read_folder
from detection.render.camera import Camera, View
from detection.render.solid import Shape
from detection.render.street import Floats32

Part = Literal["train", "held_back"]
PARTS: Final[tuple[Part, ...]] = ("train", "held_back")

_TABLE = Path(__file__).with_name("backgrounds.toml")
_VIDEOS = frozenset({".mp4"})
_WIDEST_PX = 1280
_LANE_M = 3.66


class BackgroundsError(ValueError):
    """Why there is nothing to draw on, in one sentence."""


@dataclass(frozen=True)
class Photo:
    """A photograph or a clip that was judged by eye; see backgrounds.toml.

    labels: (n, 5) class and box (centre, size, in shares) of what it shows already.
    """

    path: Path
    entry: Mapping[str, Any]
    labels: NDArray[np.float64] = field(repr=False)

    @property
    def weight(self) -> float:
        """How often it is taken."""
        return float(self.entry.get("weight", 1.0))


@dataclass(frozen=True)
class Ground:
    """A picture without drawn hazards, where its camera is and what road it stands on.

    rgb: (h, w, 3), 0..1. bottom_px: the bonnet's row. sun: share of direct light, 0..1. labels:
    (n, 5) class number and left, top, right, bottom, pixels. scenery: shapes in the world that
    may hide hazards and are not in the picture yet. name: of the place; "" where there is no other
    picture of it.
    """

    rgb: Floats32
    view: View
    road: Road
    bottom_px: int
    sun: float
    labels: NDArray[np.float64]
    scenery: tuple[Shape, ...] = ()
    name: str = ""

    def place(self, right_m: float, ahead_m: float) -> tuple[float, float]:
        """The place (east, north) in the world of a place on the road."""
        east, north = self.road.at(right_m, ahead_m)
        return self.view.east_m + east, self.view.north_m + north


def find_photos(folders: Sequence[Path], part: Part, without: Collection[str] = ()) -> list[Photo]:
    """The pictures and clips of that part of the table that lie in the folders.

    without: sources whose pictures are not taken. Raises BackgroundsError where a folder is missing
    or none of the table is found.
    """
    entries = {
        name: entry
        for entry in tomllib.loads(_TABLE.read_text(encoding="utf-8"))["view"]
        if entry["part"] == part
        for name in entry["files"]
        if re.sub(r"_\d+$", "", Path(name).stem) not in without
    }
    found: dict[str, Photo] = {}
    for folder in folders:
        if not folder.is_dir():
            raise BackgroundsError(f"{folder} is no folder.")
        labels = _labels(folder)
        for path in sorted(folder.rglob("*")):
            if path.name in entries and path.is_file():
                rows = labels.get(path, np.empty((0, 5)))
                found.setdefault(path.name, Photo(path, entries[path.name], rows))
    if not found:
        places = ", ".join(map(str, folders))
        raise BackgroundsError(f"None of the {part} pictures of {_TABLE.name} is in {places}.")
    return [found[name] for name in sorted(found)]


def _labels(folder: Path) -> dict[Path, NDArray[np.float64]]:
    table = {}
    for split in ("train", "val"):
        try:
            pictures = read_folder(folder, split)
        except LabelsError:
            continue
        for picture in pictures:
            table[picture.path] = np.column_stack([picture.classes, picture.boxes])
    return table


def open_photo(photo: Photo, rng: np.random.Generator) -> Ground:
    """One frame of it, mirrored half of the time, its camera set by the judged lines."""
    entry = photo.entry
    rgb = _frame(photo.path, rng).astype(np.float32) / 255
    height, width = rgb.shape[:2]
    (vx, vy), (left, right) = entry["vanishing"], entry["lane"]
    lane_m = float(entry.get("lane_m", _LANE_M))
    below = (1 - vy) * height
    metres = lane_m / (right - left)  # of a whole width, at the lower edge
    camera_height = metres * below / width
    hfov = float(entry["hfov_deg"]) * float(rng.uniform(0.93, 1.07))
    focal = width / 2 / tan(radians(hfov) / 2)
    camera = Camera(
        hfov_deg=hfov,
        height_m=camera_height,
        pitch_deg=degrees(atan((height / 2 - vy * height) / focal)),
        yaw_deg=-degrees(atan((vx * width - width / 2) / focal)),
        width_px=width,
        height_px=height,
    )
    own = (left - vx) * metres, (right - vx) * metres
    more_left, more_right = entry.get("lanes", (0, 0))
    lines = [own[0] - _LANE_M * i for i in range(more_left, 0, -1)] + [*own]
    lines += [own[1] + _LANE_M * i for i in range(1, more_right + 1)]
    shoulder = entry.get("shoulder_m", (1.0, 1.0))
    road = Road(tuple(lines), lines[0] - shoulder[0], lines[-1] + shoulder[1])
    labels = _corners(photo.labels, width, height)
    if rng.random() < 0.4:
        rgb = np.ascontiguousarray(rgb[:, ::-1])
        camera = Camera(camera.hfov_deg, camera_height, camera.pitch_deg, -camera.yaw_deg, 0.0,
                        width, height)  # fmt: skip
        road = road.mirrored()
        labels[:, [1, 3]] = width - labels[:, [3, 1]]
    bottom = round(float(entry.get("bottom", 1.0)) * height)
    return Ground(
        rgb,
        View(camera, 0, 0, 0),
        road,
        bottom,
        float(entry.get("sun", 0.0)),
        labels,
        name=photo.path.stem,
    )


def _corners(labels: NDArray[np.float64], width: int, height: int) -> NDArray[np.float64]:
    """Class and (left, top, right, bottom) in pixels of labels in shares."""
    number, x, y, w, h = labels.T if len(labels) else np.empty((5, 0))
    return np.column_stack(
        [number, (x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width,
         (y + h / 2) * height]
    )  # fmt: skip


def _frame(path: Path, rng: np.random.Generator) -> NDArray[np.uint8]:
    """A picture as RGB, no wider than 1280 pixels."""
    if path.suffix.lower() in _VIDEOS:
        frames = _clip(path)
        data = cv2.imdecode(frames[int(rng.integers(len(frames)))], cv2.IMREAD_COLOR)
    else:
        data = cv2.imread(str(path), cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if data is None:
        raise BackgroundsError(f"{path} is no picture that can be read.")
    if data.shape[1] > _WIDEST_PX:
        size = (_WIDEST_PX, round(data.shape[0] * _WIDEST_PX / data.shape[1]))
        data = cv2.resize(data, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(data, cv2.COLOR_BGR2RGB), np.uint8)


@lru_cache(maxsize=4)
def _clip(path: Path) -> tuple[NDArray[np.uint8], ...]:
    """Some frames of a clip, evenly spread, kept as JPEG: seeking in a clip is slow."""
    reader = cv2.VideoCapture(str(path))
    step = max(int(reader.get(cv2.CAP_PROP_FRAME_COUNT)) // 24, 1)
    kept = []
    at = 0
    while reader.grab():
        if at % step == 0:
            kept.append(
                cv2.imencode(".jpg", reader.retrieve()[1], [cv2.IMWRITE_JPEG_QUALITY, 95])[1]
            )
        at += 1
    reader.release()
    if not kept:
        raise BackgroundsError(f"{path} is no clip that can be read.")
    return tuple(np.asarray(frame, np.uint8) for frame in kept)
