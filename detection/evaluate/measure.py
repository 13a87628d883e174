"""All figures of one network on one sample of pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detection.evaluate import calibrate
from detection.evaluate.claims import DRAWN, REAL, REVIEWED
from detection.evaluate.confusion import confusion
from detection.evaluate.frames import is_ordinary
from detection.evaluate.intervals import Interval, share
from detection.evaluate.matching import Floats, Matched, match
from detection.evaluate.precision import (
    average_precision_interval,
    mean_average_precision,
)
from detection.evaluate.predictions import Predicted
from detection.evaluate.reviewed import Review, reviewed
from detection.evaluate.scenes import scene_numbers
from detection.evaluate.working import (
    Alarms,
    Working,
    alarms,
    best_scores,
    choose,
    given,
    precision_recall,
    work_zone,
)
from detection.labelled import ANIMAL, CLASSES, LabelledPicture

HEIGHTS_PX: Final = (0.0, 12.0, 20.0, 40.0, 80.0, float("inf"))


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """Pictures with what is reported in them; all arrays: (pictures,).

    held_back: not trained on. Everything but the false alarms is measured on these.
    """

    pictures: Sequence[LabelledPicture]
    predicted: Sequence[Predicted]
    scene: NDArray[np.intp]
    ordinary: NDArray[np.bool_]
    held_back: NDArray[np.bool_]
    drawn: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class KindFigures:
    """One kind in one source ("real" and "drawn": all of these; "reviewed": the real ones, with the
    labels of the review)."""

    kind: str
    source: str
    boxes: int
    pictures: int
    scenes: int
    ap50: Interval
    ap50_95: float
    precision: Interval
    recall: Interval


@dataclass(frozen=True, slots=True)
class ByHeight:
    """Recall of one kind at the working threshold in one bin of box heights (px at 640)."""

    kind: str
    source: str
    from_px: float
    to_px: float
    boxes: int
    recall: Interval


@dataclass(frozen=True, slots=True, eq=False)
class Calibrated:
    """fitted by kind, "" for all kinds together; reports as they went in."""

    fitted: dict[str, calibrate.Fitted]
    reports: dict[str, calibrate.Reports]
    error_before: float
    error_after: float


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Everything that is measured on single pictures. matched: one per class."""

    matched: tuple[Matched, ...]
    working: Working
    kinds: tuple[KindFigures, ...]
    by_height: tuple[ByHeight, ...]
    confusion: NDArray[np.intp]
    alarms_all: Alarms
    alarms_held_back: Alarms
    alarm_scenes: Interval
    work_zone_precision: Interval
    work_zone_recall: Interval
    calibration: Calibrated


def sample(pictures: Sequence[LabelledPicture], predicted: Sequence[Predicted]) -> Sample:
    """Put pictures and reports together. Sources of drawn pictures start with "drawn"."""
    return Sample(
        pictures,
        predicted,
        scene_numbers(pictures),
        np.array([is_ordinary(picture) for picture in pictures], bool),
        np.array([picture.split != "train" for picture in pictures], bool),
        np.array([_is_drawn(picture) for picture in pictures], bool),
    )


def measure(
    of: Sample,
    known: frozenset[int],
    thresholds: Floats | None = None,
    review: Review | None = None,
) -> Figures:
    """Every figure, of the classes that the network knows; seconds for some hundred pictures.

    thresholds: (classes,) those that are released; chosen here, unless given. review: of the
    labels; gives animals a second row, on which nothing else rests. Raises LabelsError.
    """
    matched = [match(i, of.pictures, of.predicted) for i in range(len(CLASSES))]
    shown = [each.within(of.held_back) for each in matched]
    if thresholds is None:
        working = choose(shown, of.predicted, of.ordinary, of.scene)
    else:
        working = given(thresholds, len(of.predicted))
    seen_not = np.flatnonzero(of.held_back).tolist()
    pictures = [of.pictures[i] for i in seen_not]
    predicted = [of.predicted[i] for i in seen_not]
    unseen = Working(working.shipped, working.by_picture[of.held_back])
    zone = work_zone(unseen, pictures, predicted)
    return Figures(
        matched=tuple(shown),
        working=working,
        kinds=tuple(_kinds(of, known, shown, working, _reviewed(of, review))),
        by_height=tuple(_by_height(of, known, shown, working)),
        confusion=confusion(unseen, pictures, predicted),
        alarms_all=alarms(working, of.predicted, of.ordinary),
        alarms_held_back=alarms(working, of.predicted, of.ordinary & of.held_back),
        alarm_scenes=_alarm_scenes(of, working),
        work_zone_precision=zone[0],
        work_zone_recall=zone[1],
        calibration=_calibrated(of, shown),
    )


def part(of: Sample, source: str) -> NDArray[np.bool_]:
    """Which pictures belong to a source, or to all that are real or drawn."""
    if source in {REAL, DRAWN}:
        return of.drawn if source == DRAWN else ~of.drawn
    return np.array([picture.source == source for picture in of.pictures], bool)


def _reviewed(of: Sample, review: Review | None) -> Matched | None:
    again = None if review is None else reviewed(of.pictures, review)
    return None if again is None else match(ANIMAL, again[0], of.predicted).within(again[1])


def _kinds(
    of: Sample,
    known: frozenset[int],
    matched: Sequence[Matched],
    working: Working,
    animals: Matched | None,
) -> list[KindFigures]:
    """animals: matched with the labels of the review."""
    own = sorted({p.source for p in of.pictures if not _is_drawn(p)})
    rows = []
    for number in sorted(known):
        for source in (REAL, REVIEWED, DRAWN, *own):
            if source != REVIEWED:
                chosen = matched[number].within(part(of, source))
            elif number == ANIMAL and animals is not None:
                chosen = animals
            else:
                continue
            if len(chosen.truth_score) == 0:
                continue
            precision, recall = precision_recall(chosen, working.by_picture[:, number], of.scene)
            rows.append(
                KindFigures(
                    kind=CLASSES[number],
                    source=source,
                    boxes=len(chosen.truth_score),
                    pictures=len(chosen.pictures),
                    scenes=len(np.unique(of.scene[chosen.pictures])),
                    ap50=average_precision_interval(chosen, of.scene),
                    ap50_95=mean_average_precision(chosen),
                    precision=precision,
                    recall=recall,
                )
            )
    return rows


def _by_height(
    of: Sample, known: frozenset[int], matched: Sequence[Matched], working: Working
) -> list[ByHeight]:
    rows: list[ByHeight] = []
    for number in sorted(known):
        for source in (REAL, DRAWN):
            chosen = matched[number].within(part(of, source))
            found = found_at(chosen, working.by_picture[:, number])
            rows += _bins(CLASSES[number], source, chosen.truth_height_px, found)
    return rows


def _bins(kind: str, source: str, height_px: Floats, found: NDArray[np.bool_]) -> list[ByHeight]:
    """Those with a true box. height_px, found: of each."""
    rows = []
    for low, high in pairwise(HEIGHTS_PX):
        inside = (height_px >= low) & (height_px < high)
        if inside.any():
            recall = share(int(found[inside].sum()), int(inside.sum()))
            rows.append(ByHeight(kind, source, low, high, int(inside.sum()), recall))
    return rows


def found_at(matched: Matched, thresholds: Floats) -> NDArray[np.bool_]:
    """Which true boxes are found. thresholds: (pictures,)."""
    return matched.truth_score >= np.maximum(thresholds[matched.truth_picture], 1e-9)


def _alarm_scenes(of: Sample, working: Working) -> Interval:
    """Share of the scenes of ordinary frames with an alarm in any frame: they are independent."""
    raised = (best_scores(of.predicted) >= working.by_picture).any(axis=1)
    scenes = np.unique(of.scene[of.ordinary])
    return share(len(np.unique(of.scene[of.ordinary & raised])), len(scenes))


def _calibrated(of: Sample, matched: Sequence[Matched]) -> Calibrated:
    """Curves per kind, from real pictures where there are enough, and one for all the others."""
    reports = {kind: _reports(of, matched[i]) for i, kind in enumerate(CLASSES)}
    everything = _joined(list(reports.values()))
    fitted = {"": calibrate.fit(everything)} if calibrate.enough(everything) else {}
    for kind, each in reports.items():
        if calibrate.enough(each):
            fitted[kind] = calibrate.fit(each)
    before, after, right = [], [], []
    at = 0
    for kind, each in reports.items():
        end = at + len(each.scores)
        own = fitted[kind].unseen if kind in fitted else None
        pooled = fitted[""].unseen[at:end] if "" in fitted else each.scores
        before.append(each.scores)
        after.append(pooled if own is None else own)
        right.append(each.right)
        at = end
    joined = np.concatenate(right)
    return Calibrated(
        fitted,
        reports | {"": everything},
        calibrate.expected_error(np.concatenate(before), joined),
        calibrate.expected_error(np.concatenate(after), joined),
    )


def _reports(of: Sample, matched: Matched) -> calibrate.Reports:
    real = _above(of, matched.within(~of.drawn))
    return real if calibrate.enough(real) else _above(of, matched)


def _above(of: Sample, matched: Matched) -> calibrate.Reports:
    chosen = matched.scores >= calibrate.LEAST_SCORE
    return calibrate.Reports(
        matched.scores[chosen], matched.hits[chosen, 0], of.scene[matched.picture[chosen]]
    )


def _joined(parts: Sequence[calibrate.Reports]) -> calibrate.Reports:
    return calibrate.Reports(
        np.concatenate([each.scores for each in parts]),
        np.concatenate([each.right for each in parts]),
        np.concatenate([each.scene for each in parts]),
    )


def _is_drawn(picture: LabelledPicture) -> bool:
    return picture.source.startswith(DRAWN)
