"""All hazard networks on a frame: things, what may hide them, and people to be blurred."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detection import mirror, privacy, quality
from detection.backends.yolo import Found, Yolo
from detection.boxes import Boxes
from detection.far import Part, both_views
from detection.manifest import Hazards, Model
from detection.merge import LIVING, SUPPORTS, Report, merged_context, merged_hazards

# Classes and kinds that are people; their heads are blurred.
PERSONS: Final = frozenset({"person", "worker"})
LEAST_SHARE: Final = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is in one picture.

    persons, vehicles: boxes in pixels, also of those too unsure for context. surely: the names of
    all that a network is sure to see, also of what is neither hazard nor context.
    """

    hazards: list[Report]
    context: list[Report]
    persons: Boxes
    vehicles: Boxes
    surely: frozenset[str]


class HazardFinder:
    """Runs every hazard model on every picture. Arguments as those of `Yolo`."""

    def __init__(self, hazards: Hazards, *, device: str, threads: int, config_dir: Path) -> None:
        self._networks = [
            (model, _opened(model, device, threads, config_dir)) for model in hazards.models
        ]

    @property
    def networks(self) -> list[Yolo]:
        return [yolo for _, yolo in self._networks]

    def find(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Seen]:
        """For each picture (height x width x 3, RGB), in the same order."""
        by_model = [_found(model, yolo, pictures) for model, yolo in self._networks]
        return [
            self._seen(answers, (picture.shape[1], picture.shape[0]))
            for picture, *answers in zip(pictures, *by_model, strict=True)
        ]

    def _seen(self, answers: Sequence[Found], size_px: tuple[int, int]) -> Seen:
        by_network: list[list[Report]] = []
        context: list[Report] = []
        persons, vehicles = [], []
        for (model, _), found in zip(self._networks, answers, strict=True):
            hazards: list[Report] = []
            for label, report in _reports(model, found, size_px):
                if label in model.kinds:
                    hazards.append(report)
                elif label in model.context:
                    context.append(report)
            by_network.append(hazards)
            persons.append(_labelled(found, PERSONS))
            vehicles.append(_labelled(found, privacy.VEHICLES))
        merged = merged_hazards(by_network)
        return Seen(
            merged,
            merged_context(context, merged),
            np.concatenate(persons),
            np.concatenate(vehicles),
            frozenset().union(*map(_surely, answers)),
        )


def _labelled(found: Found, labels: frozenset[str]) -> Boxes:
    return found.boxes[[label in labels for label in found.labels]]


def _surely(found: Found) -> set[str]:
    sure = found.boxes[:, 4] >= quality.SURE
    return {label for label, is_sure in zip(found.labels, sure, strict=True) if is_sure}


def knows_persons(model: Model) -> bool:
    """Whether heads can be found by this model."""
    return not PERSONS.isdisjoint(model.classes)


def least_score(model: Model) -> float:
    """From which score on a model's reports are looked at: for what is below its working threshold
    because another network may support it, and for heads."""
    least = model.least_threshold
    if not LIVING.isdisjoint(model.kinds.values()):
        least = min(least, SUPPORTS)
    return min(least, privacy.PERSON_THRESHOLD) if knows_persons(model) else least


def _opened(model: Model, device: str, threads: int, config_dir: Path) -> Yolo:
    least = mirror.LEAST_SCORE if model.mirrored else least_score(model)
    return Yolo(model, threshold=least, device=device, threads=threads, config_dir=config_dir)


def _found(model: Model, yolo: Yolo, pictures: Sequence[NDArray[np.uint8]]) -> list[Found]:
    """What one model finds in whole pictures, in mirrored ones too if it looks at them, and, where
    it has one, in their far crops."""
    found = yolo.find(pictures)
    if model.mirrored:
        mirrors = yolo.find([mirror.mirrored(picture) for picture in pictures])
        widths = [picture.shape[1] for picture in pictures]
        least = least_score(model)
        found = [_either_way(*each, least) for each in zip(found, mirrors, widths, strict=True)]
    if model.far_crop is None:
        return found
    sizes = [(picture.shape[1], picture.shape[0]) for picture in pictures]
    parts = {
        number: part
        for number, size_px in enumerate(sizes)
        if (part := model.far_crop.part_of(size_px)) is not None
    }
    crops = yolo.find([part.of(pictures[number]) for number, part in parts.items()])
    for (number, part), far in zip(parts.items(), crops, strict=True):
        found[number] = _joined(found[number], far, part)
    return found


def _either_way(found: Found, mirrors: Found, width_px: int, least: float) -> Found:
    labels = np.array([*found.labels, *mirrors.labels], str)
    boxes, labels = mirror.both_ways(found.boxes, mirrors.boxes, labels, width_px)
    enough = boxes[:, 4] > least
    return Found(boxes[enough], tuple(labels[enough].tolist()))


def _joined(whole: Found, far: Found, part: Part) -> Found:
    labels = np.array([*whole.labels, *far.labels], str)
    boxes, kept = both_views(whole.boxes, far.boxes, labels, part)
    return Found(boxes, tuple(labels[kept].tolist()))


def _reports(model: Model, found: Found, size_px: tuple[int, int]) -> Iterable[tuple[str, Report]]:
    """Classes and reports of what has extent inside the frame: at the working threshold, and of
    animals whatever another network may make surer."""
    shares = (found.boxes[:, 0:4].astype(float) / np.tile(size_px, 2)).clip(0, 1)
    for label, score, box in zip(found.labels, found.boxes[:, 4], shares, strict=True):
        inside = min(box[2] - box[0], box[3] - box[1]) > LEAST_SHARE
        name, enough = model.kinds.get(label, label), model.threshold_of(label)
        if inside and score >= (min(enough, SUPPORTS) if name in LIVING else enough):
            left, top, right, bottom = box.round(4).tolist()
            yield label, Report(name, round(float(score), 4), left, top, right, bottom, enough)
