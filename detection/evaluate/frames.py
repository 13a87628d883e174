"""Ordinary road frames, in which nothing is: what raises an alarm there is a false one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from detection.labelled import ALL, DEER, EXHAUSTIVE, LabelledPicture

# Of the sources that are known, only these are ordinary roads.
ROADS: Final = frozenset({"negatives_highway_vehicles", "road_frames", "clips"})
CLIPS: Final = "nogps_dashcam_*.mp4"
# A dead animal lies on the shoulder: what is reported there is no false alarm.
WITH_A_HAZARD: Final = {"nogps_dashcam_solidWhiteRight": range(176, 200)}


def is_ordinary(picture: LabelledPicture) -> bool:
    """Whether all kinds are labelled in the picture, it has none, and it is of a road."""
    road = picture.source in ROADS or picture.source not in EXHAUSTIVE
    empty = len(picture.classes) == 0 and picture.exhaustive >= ALL - {DEER}
    return road and empty and not picture.source.startswith("drawn")


def clip_frames(folder: Path, cache: Path) -> list[LabelledPicture]:
    """Every frame of the clips of a car's camera in a folder, as pictures under `cache`.

    They are known to show no hazard; the few that show one are left out. All frames of a clip are
    one scene, and count as trained on: things are drawn on some of them (`detection.drawn`).
    """
    frames = []
    for clip in sorted(folder.glob(CLIPS)):
        inside = cache / clip.stem
        if not (inside / "complete").is_file():
            _unpack(clip, inside)
        hazard = WITH_A_HAZARD.get(clip.stem, ())
        pictures = sorted(inside.glob("*.jpg"))
        frames += [_empty(path, clip.stem) for path in pictures if int(path.stem) not in hazard]
    return frames


def _unpack(clip: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, frame in enumerate(_decoded(clip), start=1):
        path = folder / f"{number:04d}.jpg"
        if not cv2.imwrite(str(path), frame, [cv2.IMWRITE_JPEG_QUALITY, 95]):
            raise OSError(f"cannot write {path}")
    (folder / "complete").touch()


def _decoded(clip: Path) -> Iterator[np.ndarray]:
    video = cv2.VideoCapture(str(clip))
    try:
        while True:
            there, frame = video.read()
            if not there:
                return
            yield frame
    finally:
        video.release()


def _empty(path: Path, clip: str) -> LabelledPicture:
    return LabelledPicture(
        path=path,
        source="clips",
        split="train",
        scene=f"clips/{clip}",
        classes=np.zeros(0, np.intp),
        boxes=np.zeros((0, 4)),
        exhaustive=ALL,
    )
