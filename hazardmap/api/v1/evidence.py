"""Everything that was said for and against one hazard, so that anybody can judge it himself."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    PolymorphicProxySerializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.api.buyers import EXPLAIN, BuyerView, CostEstimate, Goods, estimate, links_of, sold
from hazardmap.api.geojson import Answer, Link, times
from hazardmap.api.grammar import LIMIT
from hazardmap.api.operations import operation
from hazardmap.api.parameters import Parameter
from hazardmap.api.problems import InvalidParameter
from hazardmap.capture.selectors import with_picture
from hazardmap.core.answers.anonymous import pass_name
from hazardmap.core.answers.chain import begun, linked
from hazardmap.core.answers.feature import timestamp
from hazardmap.core.full_times import minute_of
from hazardmap.core.fusion.hazard import Evidence, Hazard
from hazardmap.core.kinds import KINDS
from hazardmap.core.seeing.georeference import Fault
from hazardmap.core.selling.usage import Meter
from hazardmap.hazards import change_feed, selectors
from hazardmap.hazards.heirs import heir_of
from hazardmap.hazards.image_selectors import EvidenceImage, shows_pictures
from hazardmap.hazards.trail_selectors import TrailItem, TrailMark, trail_marks, trail_page
from hazardmap.platform.moved import moved

MEDIA_TYPE = "application/json"
_MARK: Final = re.compile(r"([0-9a-f]{32})_([0-9a-f]{64})", re.ASCII)


class Mark(NamedTuple):
    """The pass with which a page ended, by its name there, and the head of the chain."""

    name: UUID
    head: str


def _mark(text: str) -> Mark:
    match = _MARK.fullmatch(text)
    if match is None:
        raise ValueError("must come from the link to the next page")
    return Mark(UUID(match[1]), match[2])


TRAIL: Final = (LIMIT, Parameter("after", _mark, "where the page before ended"), EXPLAIN)
PAGES_PRICED: Final = 20
HEIR: Final = OpenApiParameter(
    "Location",
    {"type": "string", "format": "uri-reference"},
    OpenApiParameter.HEADER,
    description="the same of the hazard that has its evidence",
    response=[307],
)
MERGED: Final = {307: OpenApiResponse(description="it proved to be one with another; free")}


class EvidenceItem(serializers.Serializer[Any]):
    pass_id = serializers.UUIDField(
        help_text="a pass: the frames of one device by this place; another name in each hazard"
    )
    first_at = serializers.DateTimeField(help_text="to the minute")
    last_at = serializers.DateTimeField(help_text="to the minute")
    seen = serializers.BooleanField(help_text="reported, or looked at and not reported")
    score = serializers.FloatField(allow_null=True, help_text="of the best report, 0..1")
    visibility = serializers.FloatField(
        help_text="probability that this pass would have reported it, were it there"
    )
    log2_ratio = serializers.FloatField(help_text="bits for (> 0) or against (< 0) the hazard")
    frames = serializers.IntegerField(help_text="how many counted")
    p_after = serializers.FloatField(help_text="the probability after this pass")


class EvidencePicture(serializers.Serializer[Any]):
    url = serializers.CharField(help_text="faces and plates are blurred; needs no key")
    captured_at = serializers.DateTimeField(help_text="to the minute")
    kind = serializers.ChoiceField(sorted(KINDS))
    score = serializers.FloatField(help_text="of the detector, 0..1")
    box = serializers.ListField(
        child=serializers.FloatField(), help_text="left, top, right, bottom in shares of the frame"
    )
    model_version = serializers.CharField(help_text="of the detector")
    simulated = serializers.BooleanField()


class EvidenceReport(EvidencePicture):
    url = serializers.CharField(
        allow_null=True,
        help_text="as in the hazard; null where that shows no pictures, or this one has gone",
    )


class TrailEntry(EvidenceItem):
    model_versions = serializers.ListField(
        child=serializers.CharField(), help_text="of the detectors that looked through its frames"
    )
    reports = EvidenceReport(many=True, help_text="of this hazard, none where it was not seen")
    digest = serializers.CharField(
        help_text="SHA-256 over the digest before (of the id, at the beginning), a line end and "
        "this item without `digest` and the URLs of pictures, as JSON with sorted names"
    )


class Trail(Answer):
    hazard = serializers.UUIDField()
    trail = TrailEntry(many=True, help_text="in the order in which the passes count")
    head = serializers.CharField(help_text="the last digest")
    links = Link(many=True)


class HazardEvidence(BuyerView):
    @operation(
        "listEvidence",
        TRAIL,
        headers=[HEIR],
        responses={
            (200, MEDIA_TYPE): PolymorphicProxySerializer(
                "TrailOrCost", [Trail, CostEstimate], resource_type_field_name=None
            ),
            **MERGED,
        },
    )
    def get(self, request: Request, hazard_id: UUID) -> HttpResponse:
        """Every pass for and against a hazard, with its reports, as a chain of digests.

        A late frame counts where it belongs in time, so a trail may change in its middle: a client
        that has kept `head` can tell. The digests are over what is told here: times to the minute,
        and names of passes that are no names elsewhere, so that nobody can be followed from hazard
        to hazard. `p_after` comes of the exact times.
        """
        values = self.values
        now, changed_at, limit = timezone.now(), change_feed.changed_at(), values["limit"]
        hazard = selectors.hazard_get(hazard_id)
        if hazard is None:
            return moved(request, hazard_id=heir_of(hazard_id))
        mark: Mark | None = values["after"]
        after = None if mark is None else _place(hazard_id, mark.name)
        if values["explain"]:
            return _price(request, hazard, after, limit, now)
        found = trail_page(hazard, after=after, limit=limit + 1)
        shown, head = found[:limit], mark.head if mark else begun(hazard_id)
        pictured = _pictured(hazard, shown)
        entries, head = _chained(request, hazard_id, shown, pictured, head)
        last = shown[-1].evidence if len(found) > limit else None
        body = {
            **times(now, changed_at),
            "hazard": str(hazard_id),
            "trail": entries,
            "head": head,
            "links": links_of(request, None if last is None else _text(hazard_id, last, head)),
        }
        return sold(
            request, _goods(hazard, head, pictured), "evidence", body, media_type=MEDIA_TYPE
        )


def _chained(
    request: Request,
    hazard_id: UUID,
    items: Sequence[TrailItem],
    pictured: Collection[UUID],
    head: str,
) -> tuple[list[dict[str, object]], str]:
    """The entries of a page, and the head of the chain after them."""
    entries: list[dict[str, object]] = []
    for item in items:
        entry = _entry(hazard_id, item)
        head = linked(head, entry)
        reports = [
            picture(request, one) if one.frame_id in pictured else {**_report(one), "url": None}
            for one in item.reports
        ]
        entries.append({**entry, "reports": reports, "digest": head})
    return entries, head


def _goods(hazard: Hazard, head: str, pictured: Collection[UUID]) -> Goods:
    """One trail and its pictures; its state changes with whatever the answer shows."""
    names = ",".join(sorted(map(str, pictured)))
    state = sha256(f"{head}{hazard.state.value}{names}".encode()).digest()
    return Goods(1, (hazard.id,), state, {Meter.IMAGE: len(pictured)} if pictured else {})


def _pictured(hazard: Hazard, items: Sequence[TrailItem]) -> set[UUID]:
    """The frames whose pictures a page shows."""
    frames = {one.frame_id for item in items for one in item.reports}
    return with_picture(frames) if shows_pictures(hazard) else set()


def _price(
    request: Request, hazard: Hazard, after: TrailMark | None, limit: int, now: datetime
) -> Response:
    """Looks through some pages; what lies beyond them is not counted."""
    pages, pictures, more = 0, 0, True
    while more and pages < PAGES_PRICED:
        found = trail_page(hazard, after=after, limit=limit + 1)
        shown, more = found[:limit], len(found) > limit
        pages, pictures = pages + 1, pictures + len(_pictured(hazard, shown))
        if more:
            last = shown[-1].evidence
            after = TrailMark(last.last_at, last.pass_id)
    beside = {Meter.IMAGE: pictures} if pictures else {}
    return estimate(request, pages, exact=not more, now=now, beside=beside)


def evidence_item(hazard_id: UUID, evidence: Evidence) -> dict[str, Any]:
    """In the shape that `EvidenceItem` describes."""
    return {
        "pass_id": str(_name(hazard_id, evidence.pass_id)),
        "first_at": timestamp(minute_of(evidence.first_at)),
        "last_at": timestamp(minute_of(evidence.last_at)),
        "seen": evidence.seen,
        "score": evidence.score,
        "visibility": evidence.visibility,
        "log2_ratio": evidence.log2_ratio,
        "frames": evidence.frames,
        "p_after": evidence.p_after,
    }


def picture(request: Request, image: EvidenceImage) -> dict[str, Any]:
    """In the shape that `EvidencePicture` describes."""
    url = request.build_absolute_uri(reverse("image", args=[image.frame_id]))
    return {"url": url, **_report(image)}


def _report(image: EvidenceImage) -> dict[str, Any]:
    return {
        "captured_at": timestamp(minute_of(image.captured_at)),
        "kind": image.kind,
        "score": image.score,
        "box": image.box.sides(),
        "model_version": image.model_version,
        "simulated": image.simulated,
    }


def _entry(hazard_id: UUID, item: TrailItem) -> dict[str, Any]:
    return {
        **evidence_item(hazard_id, item.evidence),
        "model_versions": list(item.model_versions),
        "reports": [_report(one) for one in item.reports],
    }


def _name(hazard_id: UUID, pass_id: UUID) -> UUID:
    return pass_name(settings.SECRET_KEY, hazard_id, pass_id)


def _text(hazard_id: UUID, last: Evidence, head: str) -> str:
    return f"{_name(hazard_id, last.pass_id).hex}_{head}"


def _place(hazard_id: UUID, name: UUID) -> TrailMark:
    """Raises InvalidParameter where a late frame has made another pass of it."""
    for mark in trail_marks(hazard_id):
        if _name(hazard_id, mark.pass_id) == name:
            return mark
    rule = "must come from the link to the next page; if it does, the trail has changed: begin anew"
    raise InvalidParameter([Fault("after", rule)])
