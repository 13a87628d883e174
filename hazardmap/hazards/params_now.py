"""The parameters that count now: the newest version, with the live detector's recall table."""

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.learned.versions import SHIPPED, version_params
from hazardmap.core.seeing.recall import RecallTable
from hazardmap.hazards.learned_models import FusionVersion
from hazardmap.inference.selectors import recall_table

RULES: Final = 13
"""Raise it where `core` concludes something else from the same evidence and parameters."""


@dataclass(frozen=True, slots=True)
class Current:
    """digest: of all values, and of `RULES`; what was concluded under another does not count."""

    params: FusionParams
    digest: str


_known: dict[tuple[int, str], Current] = {}


def params_now() -> Current:
    """Read it once in a transaction, after its places are locked.

    It is put together only where something has changed: a version holds a trust for everybody.
    """
    live = recall_table()
    numbers = FusionVersion.objects.order_by("-number").values_list("number", flat=True)
    key = numbers.first() or 0, repr(live)
    current = _known.get(key)
    if current is None:
        current = _put_together(key[0], live)
        _known.clear()
        _known[key] = current
    return current


def _put_together(number: int, live: RecallTable) -> Current:
    if number:
        values = FusionVersion.objects.values_list("values", flat=True).get(number=number)
        params = version_params(values, str(number), live)
    else:
        params = replace(SHIPPED, table=live)
    return Current(params, sha256(f"{RULES} {params!r}".encode()).hexdigest())
