"""Measure one network: gather the pictures, look at them, and put all figures together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detection.evaluate import calibrate
from detection.evaluate.claims import DRAWN
from detection.evaluate.dark import Found, darkened
from detection.evaluate.drive import (
    Drive,
    joined,
    pass_arrays,
    pictures_of,
    read_drive,
    render_drives,
)
from detection.evaluate.frames import clip_frames, is_ordinary
from detection.evaluate.matching import Floats, match
from detection.evaluate.measure import Figures, Sample, found_at, measure, sample
from detection.evaluate.predictions import Looking, Predicted, find_all, known_classes
from detection.evaluate.reviewed import read_review
from detection.evaluate.scenes import with_scenes
from detection.evaluate.together import together
from detection.fetch import sha256_of
from detection.labelled import CLASSES, LabelledPicture, LabelsError, read_folder, read_yaml
from detection.manifest import ManifestError, Role, read_models

KEPT: Final = Path("var/evaluate")
# Of the pictures that a folder of sources holds, clips lie here.
CLIPS: Final = "gps_video"
# The split of pictures that are measured, whatever their files call it.
ASKED: Final = "asked"


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Everything that was found out about one network. drive, passes, dark: None without drives."""

    known: frozenset[int]
    sample: Sample
    figures: Figures
    drive: Drive | None
    passes: calibrate.PassCurve | None
    dark: Found | None


def gather(data: Path, split: str, drawn: Path | None) -> list[LabelledPicture]:
    """The pictures of a data.yaml, or of a folder of sources; and drawn ones, if any.

    Of a folder, ordinary frames of the training split and of clips come along for false alarms.
    Raises LabelsError.
    """
    pictures = _asked(data, split)
    if data.is_dir():
        clips = clip_frames(data / CLIPS, KEPT / "clips")
        pictures += [p for p in _train(data, split) if is_ordinary(p)] + clips
    if drawn is not None:
        pictures += [
            replace(p, source=f"{DRAWN}/{p.source}".replace(f"{DRAWN}/{DRAWN}", DRAWN))
            for p in _asked(drawn, split)
        ]
    return with_scenes(pictures)


def evaluate(
    weights: Path,
    pictures: Sequence[LabelledPicture],
    looking: Looking,
    *,
    seeds: Sequence[int] = (),
    assets: Path = Path("var/assets"),
    beside: Path | None = None,
    released_in: Path | None = None,
) -> Measured:
    """Look at all pictures and measure. seeds: of the drives to render. beside: weights that look
    at whole pictures as well, as the engine has them do. released_in: manifest with these weights,
    whose thresholds are measured. Raises WeightsError, ManifestError, LabelsError.
    """

    def look(paths: Sequence[Path]) -> list[Predicted]:
        found = find_all(weights, paths, looking)
        if beside is None:
            return found
        return together(found, find_all(beside, paths, Looking()))

    known = known_classes(weights)
    of = sample(pictures, look([picture.path for picture in pictures]))
    thresholds = None if released_in is None else _released(released_in, weights)
    figures = measure(of, known, thresholds, read_review())
    if not seeds:
        return Measured(known, of, figures, None, None, None)
    drive = joined(
        [
            read_drive(folder, look(pictures_of(folder)))
            for folder in render_drives(KEPT / "drives", assets, seeds)
        ]
    )
    best, frames, right = pass_arrays(drive)
    certain = min(int(right.sum()), int((~right).sum()))
    passes = calibrate.fit_passes(best, frames, right) if certain >= calibrate.FEWEST else None
    return Measured(known, of, figures, drive, passes, _dark(of, figures, look))


def _released(manifest: Path, weights: Path) -> Floats:
    """(classes,) the thresholds that a manifest has for these very weights."""
    digest = sha256_of(weights)
    models, _ = read_models(manifest)
    for model in models[Role.HAZARDS]:
        if model.sha256 == digest:
            return np.array([model.threshold_of(label) for label in model.classes], np.float64)
    raise ManifestError(f"{manifest} has no thresholds for {weights}: these are other weights")


def _asked(place: Path, split: str) -> list[LabelledPicture]:
    """The pictures to measure on. Who asks for "train" may well have trained on another set's."""
    return [replace(p, split=ASKED) if p.split == "train" else p for p in _read(place, split)]


def _read(place: Path, split: str) -> list[LabelledPicture]:
    if place.is_dir():
        return read_folder(place, split)
    if place.suffix in {".yaml", ".yml"} and place.is_file():
        return read_yaml(place, split)
    raise LabelsError(f"{place} is neither a data.yaml nor a folder of sources")


def _train(data: Path, split: str) -> list[LabelledPicture]:
    if split == "train":
        return []
    try:
        return read_folder(data, "train")
    except LabelsError:
        return []


def _dark(of: Sample, figures: Figures, look: Callable[[list[Path]], list[Predicted]]) -> Found:
    held_back = np.flatnonzero(of.held_back).tolist()
    chosen, paths = darkened([of.pictures[i] for i in held_back], KEPT / "dark")
    numbers = [held_back[i] for i in chosen]
    pictures = [of.pictures[i] for i in numbers]
    by_picture = figures.working.by_picture[numbers]
    day = [of.predicted[i] for i in numbers]
    return Found(_found(pictures, day, by_picture), _found(pictures, look(paths), by_picture))


def _found(
    pictures: Sequence[LabelledPicture], predicted: Sequence[Predicted], by_picture: Floats
) -> NDArray[np.intp]:
    """(classes,) boxes that are found at the thresholds, (pictures, classes)."""
    return np.array(
        [
            int(found_at(match(number, pictures, predicted), by_picture[:, number]).sum())
            for number in range(len(CLASSES))
        ],
        np.intp,
    )
