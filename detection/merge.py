"""What several networks say about one frame, as one list of things.

Networks overlap: ours knows an animal, the one from COCO a cow; ours a construction vehicle where
the other sees a truck. Where two reports are about one thing, the one that says more remains; a
ginger cat that one network is sure of is no barrier of the other's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from detection.boxes import Boxes, intersection_over_union, strongest

# Two reports of the same thing as two kinds (cow and horse) overlap more than this.
SAME_THING_OVERLAP: Final = 0.7
# A general report goes where a special one overlaps this much: boxes of two networks fit less well.
SAME_BOX_OVERLAP: Final = 0.5
ANIMAL: Final = "animal"
SPECIES: Final = frozenset(
    {"deer", "moose", "boar", "bear", "cow", "horse", "sheep", "dog", "cat", "bird", "elephant"}
)
# Kinds that are no living thing and no vehicle, so that both cannot be right about one box.
LIFELESS: Final = frozenset({"cone", "drum", "barrier", "roadwork_sign", "debris", "pothole"})
# From this score on, an animal, a person or a vehicle in the same box outweighs a lifeless kind.
CONTRADICTS: Final = 0.5
# kind of hazard -> labels of context that are the same thing. A worker stays a person as well:
# the head is blurred, and who stands there hides what is behind.
NOT_CONTEXT: Final[Mapping[str, frozenset[str]]] = {
    "construction_vehicle": frozenset({"truck", "bus", "car", "train"})
}


@dataclass(frozen=True, slots=True)
class Report:
    """One box of one network. name: a kind of hazard, or a label of context. score: 0..1; the box
    is in shares of width and height (0..1)."""

    name: str
    score: float
    left: float
    top: float
    right: float
    bottom: float


def merged_hazards(reports: Sequence[Report], context: Sequence[Report] = ()) -> list[Report]:
    """One report per thing, best score first. context: people and vehicles in the same frame."""
    living = [report for report in reports if report.name in SPECIES]
    special = _boxes(living)
    sure = _boxes(report for report in [*living, *context] if report.score >= CONTRADICTS)
    dropped = {
        id(report)
        for report in reports
        if (report.name == ANIMAL and _covered(report, special))
        or (report.name in LIFELESS and _covered(report, sure))
    }
    left = [report for report in reports if id(report) not in dropped]
    return [left[number] for number in strongest(_boxes(left), SAME_THING_OVERLAP)]


def merged_context(reports: Sequence[Report], hazards: Sequence[Report]) -> list[Report]:
    """People and vehicles without those that are hazards themselves, best score first."""
    own = {
        name: _boxes(hazard for hazard in hazards if name in NOT_CONTEXT.get(hazard.name, ()))
        for name in {report.name for report in reports}
    }
    left = [report for report in reports if not _covered(report, own[report.name])]
    return [left[number] for number in strongest(_boxes(left), SAME_THING_OVERLAP)]


def _covered(report: Report, others: Boxes) -> bool:
    overlaps = intersection_over_union(_boxes([report])[0], others)
    return bool((overlaps > SAME_BOX_OVERLAP).any())


def _boxes(reports: Iterable[Report]) -> Boxes:
    rows = [(r.left, r.top, r.right, r.bottom, r.score) for r in reports]
    return np.array(rows, np.float32).reshape(-1, 5)
