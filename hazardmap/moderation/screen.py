"""What the moderator sees of one hazard, as plain values for the template."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString

from hazardmap.core.decay import probability_at
from hazardmap.core.fusion.hazard import LIVE, Evidence, Hazard
from hazardmap.core.kinds import GROUP_LABELS, KINDS, SEVERITY_LABELS, Group, Kind
from hazardmap.hazards import selectors as hazards
from hazardmap.hazards.image_selectors import EvidenceImage, images_of
from hazardmap.inference.selectors import detections_of
from hazardmap.moderation.models import Decision
from hazardmap.moderation.selectors import decisions_about
from hazardmap.platform.boxed_image import ImageBox, boxed_image

# Key 1 is the first, and so on.
REJECT_REASONS: Final = (
    "nothing is there",
    "it is something harmless",
    "it is not on or by the road",
    "a picture, a sign or a reflection of it",
    "already gone when it was seen",
    "shown in the wrong place",
)


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame that shows the hazard. number counts from 1. others: what else was found in it."""

    number: int
    frame_id: UUID
    captured_at: datetime
    label: str
    score: float
    simulated: bool
    model_version: str
    others: list[str]
    picture: SafeString


@dataclass(frozen=True, slots=True)
class Screen:
    hazard: Hazard
    kind: Kind
    severity: str
    p_now: float
    live: bool
    shots: list[Shot]
    evidence: list[Evidence]
    decisions: list[Decision]

    @property
    def standing(self) -> Decision | None:
        """The newest decision about the hazard itself that nobody has taken back."""
        own = (one for one in self.decisions if one.hazard_id == self.hazard.id)
        return next((one for one in own if one.undone_at is None), None)


def screen_of(hazard: Hazard, now: datetime) -> Screen:
    kind = KINDS[hazard.kind]
    return Screen(
        hazard=hazard,
        kind=kind,
        severity=SEVERITY_LABELS[hazard.severity],
        p_now=probability_at(hazard.p, hazard.t_ref, hazard.half_life_s, now),
        live=hazard.state in LIVE,
        shots=_shots(hazard),
        evidence=hazards.evidence_of(hazard.id),
        decisions=decisions_about(hazard.id),
    )


def reported_picture(frame_id: UUID) -> SafeString:
    """With everything that was found in it."""
    boxes = [
        ImageBox(found.box, _label(found.kind, found.score)) for found in detections_of([frame_id])
    ]
    alt = "; ".join(["The reported picture", *(box.label for box in boxes)])
    return boxed_image(reverse("admin:image", args=[frame_id]), alt, boxes)


def kinds_to_choose(current: str) -> dict[str, list[Kind]]:
    """The other kinds under the names of their groups, the hazard's own group first."""
    own = KINDS[current].group
    groups = sorted(Group, key=lambda group: group is not own)
    return {
        GROUP_LABELS[group]: [k for k in KINDS.values() if k.group is group and k.name != current]
        for group in groups
    }


def _shots(hazard: Hazard) -> list[Shot]:
    """One per frame, best report first, with the frame's other detections drawn faintly."""
    reports: dict[UUID, list[EvidenceImage]] = {}
    for report in images_of(hazard.id, hidden=True):
        reports.setdefault(report.frame_id, []).append(report)
    others: dict[UUID, list[ImageBox]] = {frame_id: [] for frame_id in reports}
    for found in detections_of(reports):
        if found.box not in [report.box for report in reports[found.frame_id]]:
            label = _label(found.kind, found.score)
            others[found.frame_id].append(ImageBox(found.box, label, strong=False))
    return [
        _shot(number, frame_reports, others[frame_id])
        for number, (frame_id, frame_reports) in enumerate(reports.items(), start=1)
    ]


def _shot(number: int, reports: list[EvidenceImage], others: list[ImageBox]) -> Shot:
    best = reports[0]
    ours = [ImageBox(r.box, _label(r.kind, r.score)) for r in reports]
    alt = f"Picture {number}: {_label(best.kind, best.score)}"
    url = reverse("admin:image", args=[best.frame_id])
    return Shot(
        number=number,
        frame_id=best.frame_id,
        captured_at=best.captured_at,
        label=KINDS[best.kind].label,
        score=best.score,
        simulated=best.simulated,
        model_version=best.model_version,
        others=[box.label for box in others],
        picture=boxed_image(url, alt, [*others, *ours]),
    )


def _label(kind: str, score: float) -> str:
    return f"{KINDS[kind].label if kind in KINDS else kind} {score:.0%}"
