"""The working threshold of each class, and what the network does there.

Thresholds are chosen by cross-fitting: a picture is judged with thresholds chosen on other scenes
than its own. Those that are shipped are chosen in the same way on all scenes. Of weights that are
released already their own thresholds are measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detection.evaluate.intervals import Interval, share, share_by_scene
from detection.evaluate.matching import Floats, Matched
from detection.evaluate.predictions import Predicted
from detection.evaluate.scenes import folds
from detection.labelled import ANIMAL, CLASSES, DEER, LabelledPicture

FOLDS: Final = 5
# Below this the scores of a network say little, however well the few pictures at hand go.
LEAST: Final = 0.1
OTHERWISE: Final = 0.25
# Precision counts twice as much as recall (C. J. van Rijsbergen, "Information Retrieval", 1979):
# what one frame misses the next one shows, what it makes up stands on the map.
BETA: Final = 0.7
# So few pictures cannot tell thresholds apart whose F differs by less than this.
SAME_F: Final = 0.01
# 20 alarms in 1,000 frames are tolerated, also by the upper bound of what few frames can tell; and
# frames that had no part in the choice raise a few times as many.
ALARMS_PER_FRAME: Final = 0.003


@dataclass(frozen=True, slots=True, eq=False)
class Working:
    """shipped: (classes,) thresholds. by_picture: (pictures, classes), from other scenes.

    released: they were given and not chosen here; then by_picture repeats `shipped`.
    """

    shipped: Floats
    by_picture: Floats
    released: bool = False


@dataclass(frozen=True, slots=True)
class Alarms:
    """Ordinary frames, those of them with an alarm, and their share with its exact interval."""

    frames: int
    alarmed: int
    per_frame: Interval
    by_kind: dict[str, int]


def choose(
    matched: Sequence[Matched],
    predicted: Sequence[Predicted],
    ordinary: NDArray[np.bool_],
    scene: NDArray[np.intp],
) -> Working:
    """Thresholds for every class, and for every picture those that its scene had no part in.

    matched: one per class. ordinary: which pictures are ordinary frames, (pictures,).
    """
    fold = folds(scene, FOLDS)
    best = best_scores(predicted)
    by_picture = np.zeros((len(predicted), len(CLASSES)))
    for number in range(FOLDS):
        others = fold != number
        by_picture[fold == number] = _chosen(matched, best, ordinary, others)
    return Working(_chosen(matched, best, ordinary, np.ones(len(predicted), bool)), by_picture)


def given(thresholds: Floats, pictures: int) -> Working:
    """Thresholds that are released, (classes,)."""
    return Working(thresholds, np.tile(thresholds, (pictures, 1)), released=True)


def best_scores(predicted: Sequence[Predicted]) -> Floats:
    """(pictures, classes) highest score of each class in each picture, 0 where there is none."""
    best = np.zeros((len(predicted), len(CLASSES)))
    for row, answer in zip(best, predicted, strict=True):
        np.maximum.at(row, answer.classes, answer.scores)
    return best


def alarms(working: Working, predicted: Sequence[Predicted], frames: NDArray[np.bool_]) -> Alarms:
    """How many of the chosen frames, in which nothing is, raise an alarm."""
    raised = (best_scores(predicted) >= working.by_picture)[frames]
    alarmed = int(raised.any(axis=1).sum())
    by_kind = {name: int(raised[:, i].sum()) for i, name in enumerate(CLASSES)}
    return Alarms(len(raised), alarmed, share(alarmed, len(raised)), by_kind)


def precision_recall(
    matched: Matched, thresholds: Floats, scene: NDArray[np.intp]
) -> tuple[Interval, Interval]:
    """Precision and recall at overlap 0.5, intervals by scene.

    thresholds: (pictures,) of this class. scene: (pictures,) number of the scene.
    """
    reported = matched.scores >= thresholds[matched.picture]
    found = matched.truth_score >= np.maximum(thresholds[matched.truth_picture], 1e-9)
    return (
        share_by_scene(matched.hits[reported, 0], scene[matched.picture[reported]]),
        share_by_scene(found, scene[matched.truth_picture]),
    )


def _chosen(
    matched: Sequence[Matched], best: Floats, ordinary: NDArray[np.bool_], part: NDArray[np.bool_]
) -> Floats:
    """The threshold of about the best F of each class, raised until ordinary frames are quiet."""
    thresholds = np.array([_best_f(each.within(part)) for each in matched])
    frames = best[ordinary & part]
    while True:
        raised = frames >= thresholds
        if raised.any(axis=1).sum() <= ALARMS_PER_FRAME * len(frames):
            break
        worst = int(np.argmax(raised.sum(axis=0)))
        lowest = frames[raised[:, worst], worst].min()
        thresholds[worst] = np.nextafter(lowest, 2.0)
    # Nobody is sure of a deer who is not sure of an animal.
    thresholds[DEER] = max(thresholds[DEER], thresholds[ANIMAL])
    return thresholds


def _best_f(matched: Matched) -> float:
    """The middle of the thresholds that are as good as the best one."""
    truths = len(matched.truth_score)
    if truths == 0 or len(matched.scores) == 0:
        return OTHERWISE
    right = np.cumsum(matched.hits[:, 0])
    reported = np.arange(1, len(right) + 1)
    f = (1 + BETA**2) * right / (reported + BETA**2 * truths)
    as_good = matched.scores[f >= f.max() - SAME_F]
    return max(float(as_good[0] + as_good[-1]) / 2, LEAST)


def work_zone(
    working: Working, pictures: Sequence[LabelledPicture], predicted: Sequence[Predicted]
) -> tuple[Interval, Interval]:
    """Precision and recall of "there is a work zone in this picture", over those that can tell.

    A picture shows one where it has a box of WORK_ZONE, and none where its source labels all of
    these and it has no box.
    """
    kinds = [CLASSES.index(name) for name in WORK_ZONE]
    said = (best_scores(predicted) >= working.by_picture)[:, kinds].any(axis=1)
    there = np.array([bool(np.isin(picture.classes, kinds).any()) for picture in pictures])
    told = there | np.array([picture.exhaustive.issuperset(kinds) for picture in pictures])
    right = int((said & there).sum())
    return share(right, int((said & told).sum())), share(right, int(there.sum()))


WORK_ZONE: Final = (
    "cone",
    "drum_barrel",
    "barrier",
    "roadwork_sign",
    "construction_vehicle",
    "worker",
)
