"""What several networks say about one frame, as one list of things.

Networks overlap: ours knows an animal, the one from COCO a cow; ours a construction vehicle where
the other sees a truck. What two networks take for an animal is surer than what one does, and the
species says more; their boxes are averaged (R. Solovyev et al., "Weighted boxes fusion", 2021).
Of all reports about one thing the surest remains. Figures: docs/benchmarks/detector.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Final

import numpy as np

from detection.boxes import Boxes, intersection_over_union, strongest

# Two networks mean one animal, and one of them a hazard that the other takes for a vehicle, where
# their boxes overlap this much.
SAME_BOX_OVERLAP: Final = 0.5
# Two reports of the same thing, as two kinds too, overlap more than this.
SAME_THING_OVERLAP: Final = 0.5
# Two reports of one person or vehicle overlap more than this: traffic stands close.
SAME_CONTEXT_OVERLAP: Final = 0.7
# From this score on a report of an animal supports that of another network.
SUPPORTS: Final = 0.1
ANIMAL: Final = "animal"
SPECIES: Final = frozenset(
    {"deer", "moose", "boar", "bear", "cow", "horse", "sheep", "dog", "cat", "bird", "elephant"}
)
LIVING: Final = SPECIES | {ANIMAL}
# kind of hazard -> labels of context that are the same thing. A worker stays a person as well:
# the head is blurred, and who stands there hides what is behind.
NOT_CONTEXT: Final[Mapping[str, frozenset[str]]] = {
    "construction_vehicle": frozenset({"truck", "bus", "car", "train"})
}


@dataclass(frozen=True, slots=True)
class Report:
    """One box of one network. name: a kind of hazard, or a label of context. score: 0..1; the box
    is in shares of the frame's width and height (0..1). enough: the score from which the network
    need not be supported by another one.
    """

    name: str
    score: float
    left: float
    top: float
    right: float
    bottom: float
    enough: float = 0.0


def merged_hazards(by_network: Sequence[Sequence[Report]]) -> list[Report]:
    """One report per thing, best score first. by_network: of animals also what is not enough."""
    animals = [[r for r in reports if r.name in LIVING] for reports in by_network]
    others = [r for reports in by_network for r in reports if r.name not in LIVING]
    reports = [*_animals(animals), *others]
    return [reports[number] for number in strongest(_boxes(reports), SAME_THING_OVERLAP)]


def merged_context(reports: Sequence[Report], hazards: Sequence[Report]) -> list[Report]:
    """People and vehicles without those that are hazards themselves, best score first."""
    own = {
        name: _boxes(hazard for hazard in hazards if name in NOT_CONTEXT.get(hazard.name, ()))
        for name in {report.name for report in reports}
    }
    left = [report for report in reports if not _covered(report, own[report.name])]
    return [left[number] for number in strongest(_boxes(left), SAME_CONTEXT_OVERLAP)]


def _animals(by_network: Sequence[Sequence[Report]]) -> list[Report]:
    """Every animal that one network is sure enough of, or all together are."""
    free = [(number, one) for number, reports in enumerate(by_network) for one in reports]
    free.sort(key=lambda pair: -pair[1].score)
    found = []
    while free:
        boxes = _boxes(one for _, one in free)
        same = intersection_over_union(boxes[0], boxes) > SAME_BOX_OVERLAP
        same[0] = True  # a box without area overlaps nothing
        found.append(_fused([pair for pair, is_same in zip(free, same, strict=True) if is_same]))
        free = [pair for pair, is_same in zip(free, same, strict=True) if not is_same]
    return [animal for animal in found if animal.score >= animal.enough]


def _fused(pile: Sequence[tuple[int, Report]]) -> Report:
    """One animal by what each network says of it: it errs only if all of them err.

    pile: number of the network and report, best score first. A network that says both "animal" and
    "deer" has said one thing, and knows which.
    """
    best: dict[int, Report] = {}
    for number, one in pile:
        best.setdefault(number, one)
    sure = [one for _, one in pile if one.score >= one.enough]
    scores = np.array([one.score for one in best.values()])
    sides = [(one.left, one.top, one.right, one.bottom) for one in best.values()]
    left, top, right, bottom = (scores @ np.array(sides) / scores.sum()).round(4).tolist()
    return Report(
        next((one.name for one in sure if one.name in SPECIES), ANIMAL),
        round(1.0 - prod(1.0 - one.score for one in best.values()), 4),
        left,
        top,
        right,
        bottom,
        enough=0.0 if sure else max(one.enough for one in best.values()),
    )


def _covered(report: Report, others: Boxes) -> bool:
    overlaps = intersection_over_union(_boxes([report])[0], others)
    return bool((overlaps > SAME_BOX_OVERLAP).any())


def _boxes(reports: Iterable[Report]) -> Boxes:
    rows = [(r.left, r.top, r.right, r.bottom, r.score) for r in reports]
    return np.array(rows, np.float32).reshape(-1, 5)
