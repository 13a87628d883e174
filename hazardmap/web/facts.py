"""Hazards as the pages and their scripts get them: plain JSON values with words beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from hazardmap.core.answers.public import public
from hazardmap.core.decay import probability_at
from hazardmap.core.full_times import hour_of
from hazardmap.core.fusion.hazard import LIVE, Evidence, Hazard
from hazardmap.core.geometry.box import Box
from hazardmap.core.kinds import KINDS
from hazardmap.hazards.image_selectors import EvidenceImage
from hazardmap.web.words import STATES, Words, kind_label, likelihood, severity_label


def hazard_facts(hazard: Hazard) -> dict[str, Any]:
    """One hazard. Times are Unix seconds; the reader fades `p` itself from `t` and `half_life`."""
    hazard = public(hazard)
    kind = KINDS[hazard.kind]
    return {
        "id": str(hazard.id),
        "kind": hazard.kind,
        "label": kind_label(hazard.kind),
        "group": kind.group.value,
        "state": hazard.state.value,
        "live": hazard.state in LIVE,
        "lon": hazard.lon,
        "lat": hazard.lat,
        "radius_m": hazard.radius_m,
        "p": hazard.p,
        "t": hazard.t_ref.timestamp(),
        "half_life": hazard.half_life_s,
        "severity": hazard.severity,
        "severity_words": severity_label(hazard.severity),
        "state_words": STATES[hazard.state.value],
        "first_seen": hazard.first_seen.timestamp(),
        "last_seen": hazard.last_seen.timestamp(),
        "expires_at": hazard.expires_at.timestamp(),
        "passes": hazard.passes,
        "witnesses": hazard.witnesses,
        "published": hazard.published,
        "confirmed": hazard.confirmed,
        "simulated": hazard.simulated,
    }


def image_facts(image: EvidenceImage) -> dict[str, Any]:
    """One picture that shows the hazard, and where in it (shares of width and height)."""
    return {
        "url": image_url(image),
        "captured_at": hour_of(image.captured_at).timestamp(),
        "label": kind_label(image.kind),
        "score": image.score,
        "box": image.box.sides(),
        "simulated": image.simulated,
        "model_version": image.model_version,
    }


def passes_facts(passes: Sequence[Evidence]) -> list[dict[str, Any]]:
    """What each pass that saw it said, and in which hour.

    Not by whom: where letters stand for drivers, hazards side by side tell their timetable.
    """
    return [
        {
            "at": hour_of(evidence.last_at).timestamp(),
            "frames": evidence.frames,
            "bits": round(evidence.log2_ratio, 1),
            "p_after": evidence.p_after,
        }
        for evidence in passes
        if evidence.seen
    ]


@dataclass(frozen=True, slots=True)
class PassRow:
    """A pass that saw a hazard, for a template: the how many-th it was, and in which hour."""

    number: int
    hour: datetime
    frames: int
    p_after: float


def passes_of(hazard: Hazard, passes: Iterable[Evidence]) -> list[PassRow]:
    """passes: the latest, in order of time."""
    seen = [one for one in passes if one.seen]
    first = hazard.passes - len(seen) + 1
    return [
        PassRow(number, hour_of(one.last_at), one.frames, one.p_after)
        for number, one in enumerate(seen, start=first)
    ]


def image_url(image: EvidenceImage) -> str:
    return reverse("image", args=[image.frame_id])


@dataclass(frozen=True, slots=True)
class Row:
    """A hazard at one moment, for a template. `p_percent` is 0..100, `p_now` the same in 0..1."""

    hazard: Hazard
    label: str
    group: str
    p_now: float
    p_percent: int
    likelihood: Words
    live: bool


def row_of(hazard: Hazard, at: datetime) -> Row:
    """Of a hazard as everybody is told of it."""
    hazard = public(hazard)
    kind = KINDS[hazard.kind]
    p = probability_at(hazard.p, hazard.t_ref, hazard.half_life_s, at)
    return Row(
        hazard=hazard,
        label=kind_label(hazard.kind),
        group=kind.group.value,
        p_now=p,
        p_percent=round(100 * p),
        likelihood=likelihood(p),
        live=hazard.state in LIVE,
    )


@dataclass(frozen=True, slots=True)
class Marked:
    """A rectangle as text that no locale reformats, in shares of width and height."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One frame for a template, with the reports of one hazard in it, best first.

    hour: in which it was taken.
    """

    image: EvidenceImage
    hour: datetime
    url: str
    label: str
    score_percent: int
    boxes: list[Marked]


def pictures_of(images: Iterable[EvidenceImage]) -> list[Picture]:
    """One picture per frame, in the order of the best report of each."""
    reports: dict[UUID, list[EvidenceImage]] = {}
    for image in images:
        reports.setdefault(image.frame_id, []).append(image)
    return [
        Picture(
            image=shown[0],
            hour=hour_of(shown[0].captured_at),
            url=image_url(shown[0]),
            label=kind_label(shown[0].kind),
            score_percent=round(100 * shown[0].score),
            boxes=[_marked(report.box) for report in shown],
        )
        for shown in reports.values()
    ]


def _marked(box: Box) -> Marked:
    sides = (box.left, box.top, box.right - box.left, box.bottom - box.top)
    return Marked(*(f"{side:.4f}" for side in sides))
