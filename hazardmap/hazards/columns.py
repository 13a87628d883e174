"""Hazards from columns of their rows: ten times as fast as from model instances.

Pages have hundreds of them; what has a row in its hands takes mapping.hazard_of.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import F, FloatField, Func, QuerySet

from hazardmap.core.fusion.hazard import Hazard, State
from hazardmap.hazards import models
from hazardmap.hazards.mapping import TIMES
from hazardmap.platform.place_columns import LAT, LON


def hazards_of(found: QuerySet[models.Hazard]) -> list[Hazard]:
    return [hazard_from(row) for row in found.values_list(*COLUMNS)]


def hazard_from(row: Sequence[Any]) -> Hazard:
    """row: of COLUMNS."""
    values = list(row)
    values[_STATE_AT] = _STATE_NAMED[values[_STATE_AT]]
    for at in _TIMES_AT:
        values[at] = datetime.fromtimestamp(values[at], UTC)
    return Hazard(*values)


def _epoch_s(name: str) -> Func:
    """A time as seconds, which hold its microseconds until 2242. Django reads a number in a tenth
    of the time that it needs for a time."""
    return Func(F(name), template="date_part('epoch', %(expressions)s)", output_field=FloatField())


_FIELDS = list(Hazard.__dataclass_fields__)
_READ = {"lon": LON, "lat": LAT} | {name: _epoch_s(name) for name in TIMES}
COLUMNS = [_READ.get(name, name) for name in _FIELDS]
_STATE_AT, _TIMES_AT = _FIELDS.index("state"), [_FIELDS.index(name) for name in TIMES]
_STATE_NAMED = {state.value: state for state in State}
