"""What a network reports in pictures, down to scores that no one would act on; kept on disk."""

import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from detection.backends.letterbox import scaled_px
from detection.backends.pytorch import ENVIRONMENT
from detection.boxes import Boxes, strongest
from detection.far import FarCrop, both_views
from detection.fetch import sha256_of
from detection.labelled import class_number
from detection.mirror import both_ways, mirrored

LEAST_SCORE: Final = 0.001
MOST_BOXES: Final = 300
CHUNK: Final = 50
SAME_THING_OVERLAP: Final = 0.7
CACHE: Final = Path("var/evaluate/predictions")


class WeightsError(Exception):
    """Why weights cannot be measured, in one sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """What is reported in one picture, best score first.

    size_px: width and height. boxes: (n, 4) left, top, right, bottom in shares, 0..1. scores: (n,)
    0.001..1. classes: (n,) numbers in labelled.CLASSES.
    """

    size_px: tuple[int, int]
    boxes: NDArray[np.float64]
    scores: NDArray[np.float64]
    classes: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Looking:
    """How pictures are looked at. imgsz: pixels that the long side is scaled to, as
    `letterbox.scaled_px` says; far: what is looked at a second time, scaled likewise; mirrored:
    whether the whole is looked at in a mirror, too.
    """

    imgsz: int = 640
    far: FarCrop | None = None
    mirrored: bool = False


def find_all(weights: Path, pictures: Sequence[Path], looking: Looking) -> list[Predicted]:
    """Everything with a score of LEAST_SCORE or more that the weights report in each picture.

    Answers are kept under CACHE, CHUNK pictures at a time, by the hash of the weights and the
    pictures' paths, sizes and times; what was broken off goes on there. Classes that are none of
    ours are left out; species are animals, and one animal reported as two species counts once.
    Raises WeightsError, and OSError for a picture that is not there, or none.
    """
    _check(weights)
    base = hashlib.sha256(f"{sha256_of(weights)} {looking}\n".encode())
    net: Any = None
    answers: list[Predicted] = []
    progress = tqdm(total=len(pictures), desc=f"{weights.name}, {looking.imgsz} px", disable=None)
    with progress:
        for start in range(0, len(pictures), CHUNK):
            chunk = pictures[start : start + CHUNK]
            kept = CACHE / f"{_key(base.copy(), chunk)}.npz"
            if not kept.is_file():
                net = net or _load(weights)
                _keep(kept, _predict(net, _numbers(net, weights), chunk, looking))
            answers += _read(kept)
            progress.update(len(chunk))
    return answers


def known_classes(weights: Path) -> frozenset[int]:
    """Our numbers of the classes that the weights know."""
    return frozenset(_numbers(_load(weights), weights).values())


def _check(weights: Path) -> None:
    if not weights.is_file():
        raise WeightsError(f"there are no weights {weights}")


def _key(digest: "hashlib._Hash", pictures: Sequence[Path]) -> str:
    for path in pictures:
        fact = path.stat()
        digest.update(f"{path.resolve()} {fact.st_size} {fact.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _load(weights: Path) -> Any:
    """A network by ultralytics, which reads its environment while it is imported."""
    _check(weights)
    if "ultralytics" not in sys.modules:
        CACHE.mkdir(parents=True, exist_ok=True)
        os.environ.update(ENVIRONMENT, YOLO_CONFIG_DIR=str(CACHE.parent.resolve()))
    import torch  # noqa: PLC0415 - large, and not needed where all answers are kept
    from ultralytics.models import YOLO  # noqa: PLC0415 - reads its environment when imported

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    try:
        return YOLO(str(weights), task="detect", verbose=False)
    except Exception as error:  # whatever torch may raise about a file
        raise WeightsError(f"cannot load the weights {weights}: {error}") from error


def _numbers(net: Any, weights: Path) -> Mapping[int, int]:
    """Number in the weights -> number in CLASSES, where there is one."""
    named = {number: class_number(name) for number, name in net.names.items()}
    known = {number: ours for number, ours in named.items() if ours is not None}
    if not known:
        raise WeightsError(f"{weights} knows no class of ours, only {sorted(net.names.values())}")
    return MappingProxyType(known)


def _predict(
    net: Any, numbers: Mapping[int, int], pictures: Sequence[Path], looking: Looking
) -> list[Predicted]:
    def look(picture: NDArray[np.uint8]) -> Any:
        [result] = net.predict(
            picture,
            imgsz=scaled_px(max(picture.shape[:2]), looking.imgsz),
            conf=LEAST_SCORE,
            max_det=MOST_BOXES,
            classes=list(numbers),
            verbose=False,
        )
        return result

    answers = []
    for path in pictures:
        picture = _picture(path)
        height, width = picture.shape[:2]
        boxes, labels = _reports(look(picture))
        if looking.mirrored:
            back, back_labels = _reports(look(mirrored(picture)))
            labels = np.concatenate([labels, back_labels])
            boxes, labels = both_ways(boxes, back, labels, width)
        part = looking.far.part_of((width, height)) if looking.far else None
        if part is not None:
            far, far_labels = _reports(look(part.of(picture)))
            labels = np.concatenate([labels, far_labels])
            boxes, kept = both_views(boxes, far, labels, part)
            labels = labels[kept]
        answers.append(_predicted((width, height), boxes, labels, numbers))
    return answers


def _picture(path: Path) -> NDArray[np.uint8]:
    """Height x width x 3, BGR, as ultralytics reads it."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise OSError(f"{path} is no picture that can be read")
    return np.asarray(picture, np.uint8)


def _reports(result: Any) -> tuple[Boxes, NDArray[np.intp]]:
    """Boxes in pixels with their scores, and the numbers of their classes in the weights."""
    table = result.boxes.data.cpu().numpy()
    return table[:, 0:5].astype(np.float32), table[:, 5].astype(np.intp)


def _predicted(
    size_px: tuple[int, int], found: Boxes, labels: NDArray[np.intp], numbers: Mapping[int, int]
) -> Predicted:
    boxes = (found[:, 0:4].astype(np.float64) / np.tile(size_px, 2)).clip(0, 1)
    scores = found[:, 4].astype(np.float64)
    classes = np.array([numbers[label] for label in labels.tolist()], np.intp)
    if len(set(numbers.values())) < len(numbers):
        keep = _without_doubles(boxes, scores, classes)
        boxes, scores, classes = boxes[keep], scores[keep], classes[keep]
    order = np.argsort(-scores, kind="stable")[:MOST_BOXES]
    return Predicted(size_px, boxes[order], scores[order], classes[order])


def _without_doubles(
    boxes: NDArray[np.float64], scores: NDArray[np.float64], classes: NDArray[np.intp]
) -> NDArray[np.intp]:
    rows = np.concatenate([boxes, scores[:, None]], axis=1).astype(np.float32)
    groups = (np.flatnonzero(classes == number) for number in np.unique(classes))
    kept = [group[strongest(rows[group], SAME_THING_OVERLAP)] for group in groups]
    return np.concatenate([np.zeros(0, np.intp), *kept])


def _keep(path: Path, answers: Sequence[Predicted]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}.part")
    with half.open("wb") as stream:
        np.savez_compressed(
            stream,
            sizes=np.array([answer.size_px for answer in answers], np.int64).reshape(-1, 2),
            counts=np.array([len(answer.scores) for answer in answers], np.int64),
            boxes=np.concatenate([np.zeros((0, 4)), *(answer.boxes for answer in answers)]),
            scores=np.concatenate([np.zeros(0), *(answer.scores for answer in answers)]),
            classes=np.concatenate([np.zeros(0, np.intp), *(a.classes for a in answers)]),
        )
    half.replace(path)


def _read(path: Path) -> list[Predicted]:
    with np.load(path) as data:
        ends = np.cumsum(data["counts"])[:-1]
        parts = (np.split(data[name], ends) for name in ("boxes", "scores", "classes"))
        return [
            Predicted((int(width), int(height)), boxes, scores, classes)
            for (width, height), boxes, scores, classes in zip(data["sizes"], *parts, strict=True)
        ]
