"""Write drawn pictures as a data set in YOLO format."""

from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import yaml
from tqdm import tqdm

from detection.drawn.backgrounds import Part, find_photos
from detection.drawn.layouts import LONE
from detection.drawn.picture import Labelled, draw_picture
from detection.labelled import CLASSES

_QUALITY = (30, 91)
_CHUNK = 8


@dataclass(frozen=True)
class Summary:
    """What was written. boxes: how many of each class."""

    pictures: int
    boxes: dict[str, int]


def draw_dataset(
    backgrounds: Sequence[Path],
    out: Path,
    *,
    count: int,
    seed: int,
    part: Part,
    lone: float = LONE,
    processes: int = 1,
    without: Collection[str] = (),
) -> Summary:
    """Write out/images/PART/NNNNN@PLACE.jpg, the labels beside it and out/data.yaml.

    PLACE is the scene (`detection.labelled`): what is drawn on one photograph is not independent.
    without: sources that lend no photograph. The same seed gives the same files, whatever the
    number of processes. Raises BackgroundsError.
    """
    photos = find_photos(backgrounds, part, without)
    for folder in (out / "images" / part, out / "labels" / part):
        folder.mkdir(parents=True, exist_ok=True)
    draw = partial(draw_picture, photos, part, seed, lone=lone)
    write = partial(_write, draw, out, part, seed)
    boxes = np.zeros(len(CLASSES), int)
    for numbers in tqdm(_mapped(write, count, processes), total=count, unit="picture", desc=part):
        boxes += np.bincount(numbers, minlength=len(CLASSES))
    _describe(out)
    return Summary(count, dict(zip(CLASSES, boxes.tolist(), strict=True)))


def _mapped(write: "partial[list[int]]", count: int, processes: int) -> Iterable[list[int]]:
    if processes == 1:
        yield from map(write, range(count))
        return
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=cv2.setNumThreads, initargs=(1,)
    ) as pool:
        yield from pool.map(write, range(count), chunksize=_CHUNK)


def _write(
    draw: Callable[[int], Labelled], out: Path, part: Part, seed: int, index: int
) -> list[int]:
    """Write one picture; returns its classes."""
    drawn = draw(index)
    name = f"{index:05d}@{drawn.place}" if drawn.place else f"{index:05d}"
    quality = int(np.random.default_rng([seed, index]).integers(*_QUALITY))
    data = cv2.imencode(".jpg", drawn.rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    (out / "images" / part / f"{name}.jpg").write_bytes(data.tobytes())
    (out / "labels" / part / f"{name}.txt").write_text(_lines(drawn), encoding="utf-8")
    return [int(number) for number in drawn.labels[:, 0]]


def _lines(drawn: Labelled) -> str:
    rows = ([f"{int(row[0])}", *(f"{value:.6f}" for value in row[1:])] for row in drawn.labels)
    return "".join(" ".join(row) + "\n" for row in rows)


def _describe(out: Path) -> None:
    """data.yaml of the parts that are there."""
    table = {
        split: f"images/{part}"
        for split, part in (("train", "train"), ("val", "held_back"))
        if (out / "images" / part).is_dir()
    }
    names = dict(enumerate(CLASSES))
    # Ultralytics wants both splits, even where only one is used.
    only = next(iter(table.values()))
    text = yaml.safe_dump(
        {"path": str(out.resolve()), "train": only, "val": only, **table, "names": names},
        sort_keys=False,
    )
    (out / "data.yaml").write_text(text, encoding="utf-8")
