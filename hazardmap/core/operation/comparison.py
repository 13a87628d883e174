"""What two detectors say about the same frames: where they agree, and what only one reports."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import mean
from typing import Final
from uuid import UUID

from hazardmap.core.geometry.box import Box
from hazardmap.core.seeing.association import overlap

SAME_BOX_IOU: Final = 0.5
EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class Report:
    """A box that a detector reports. score: 0..1."""

    kind: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class Pair:
    """The reports of the live model and of the candidate in one frame."""

    frame_id: UUID
    live: Sequence[Report]
    candidate: Sequence[Report]


@dataclass(frozen=True, slots=True)
class Example:
    """A frame with a report that the other model does not share."""

    frame_id: UUID
    score: float


@dataclass(slots=True)
class KindComparison:
    """One kind over all frames.

    shifts: candidate's score minus the live one's, for each box that both report. only_live,
    only_candidate: every box that one alone reports, best score first.
    """

    shifts: list[float] = field(default_factory=list)
    only_live: list[Example] = field(default_factory=list)
    only_candidate: list[Example] = field(default_factory=list)

    @property
    def both(self) -> int:
        return len(self.shifts)

    @property
    def agreement(self) -> float:
        """Share of all boxes that both report, 0..1."""
        return self.both / (self.both + len(self.only_live) + len(self.only_candidate))

    @property
    def mean_shift(self) -> float | None:
        return mean(self.shifts) if self.shifts else None


def is_sampled(frame_id: UUID, one_in: int) -> bool:
    """Whether this frame belongs to the share of one in `one_in` (>= 1): always the same answer."""
    return frame_id.int % one_in == 0


def compare(pairs: Iterable[Pair]) -> dict[str, KindComparison]:
    """By kind, in the order of their names; kinds that nobody reports are left out.

    In each frame the best overlapping boxes of one kind are matched first, if they share at least
    SAME_BOX_IOU.
    """
    found: defaultdict[str, KindComparison] = defaultdict(KindComparison)
    for pair in pairs:
        for kind in {report.kind for report in (*pair.live, *pair.candidate)}:
            live = [report for report in pair.live if report.kind == kind]
            candidate = [report for report in pair.candidate if report.kind == kind]
            _add(found[kind], pair.frame_id, live, candidate)
    for one in found.values():
        one.only_live.sort(key=lambda example: -example.score)
        one.only_candidate.sort(key=lambda example: -example.score)
    return {name: found[name] for name in sorted(found)}


def _add(
    to: KindComparison, frame_id: UUID, live: Sequence[Report], candidate: Sequence[Report]
) -> None:
    free_live, free_candidate = dict(enumerate(live)), dict(enumerate(candidate))
    overlaps = [
        (overlap(one.box, other.box), i, j)
        for i, one in enumerate(live)
        for j, other in enumerate(candidate)
    ]
    for shared, i, j in sorted(overlaps, key=lambda each: (-each[0], each[1], each[2])):
        if shared >= SAME_BOX_IOU and i in free_live and j in free_candidate:
            to.shifts.append(free_candidate.pop(j).score - free_live.pop(i).score)
    to.only_live += [Example(frame_id, report.score) for report in free_live.values()]
    to.only_candidate += [Example(frame_id, report.score) for report in free_candidate.values()]
