"""What the stored trails tell of each contributor (core.learned.trust)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from django.utils import timezone

from hazardmap.core.fusion.hazard import Evidence
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.verdict import Ruling
from hazardmap.core.learned.trust import Claim, Reputation, reputation, untempered_bits
from hazardmap.hazards import mapping, models
from hazardmap.platform.unhurried import unhurried

WINDOW = timedelta(days=180)
"""What somebody reported longer ago tells little of how he reports now."""
CHUNK = 2000

Pair = tuple[int, int]
Verdicts = dict[str, tuple[datetime, Ruling]]
"""By observation, the latest."""


def trust_learned(params: FusionParams, company: Iterable[Pair]) -> Reputation:
    """How far to believe whom. params: those under which the trails were written. company:
    witnesses that count as one.

    Reads the trails twice, as a stream. What was never probable enough for the map has none: it
    claimed too little to count.
    """
    with unhurried():
        return reputation(lambda: _claims(params), company)


def _claims(params: FusionParams) -> Iterator[Claim]:
    verdicts = _verdicts()
    since = timezone.now() - WINDOW
    trails = models.Evidence.objects.filter(hazard__last_seen__gte=since).select_related("hazard")
    ordered = trails.order_by("hazard_id", "last_at", "pass_id").iterator(chunk_size=CHUNK)
    for _, group in groupby(ordered, key=lambda row: row.hazard_id):
        trail = list(group)
        said = [verdicts[id_] for row in trail for id_ in row.observations if id_ in verdicts]
        yield Claim(
            evidence=[_as_claimed(mapping.evidence_of(row), params) for row in trail],
            half_life_s=trail[0].hazard.half_life_s,
            verdict=max(said, key=lambda verdict: verdict[0])[1] if said else None,
        )


def _as_claimed(item: Evidence, params: FusionParams) -> Evidence:
    bits = untempered_bits(item.log2_ratio, params.trust(item.witness))
    return replace(item, log2_ratio=bits)


def _verdicts() -> Verdicts:
    found: Verdicts = {}
    standing = models.Verdict.objects.filter(undone_at__isnull=True).order_by("at", "id")
    for row in standing.iterator(chunk_size=CHUNK):
        found |= dict.fromkeys(row.observations, (row.at, Ruling(row.decision)))
    return found
