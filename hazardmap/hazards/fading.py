"""core.decay.probability_at, in the database."""

from datetime import datetime
from typing import Any

from django.db.models import (
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    Value,
)
from django.db.models.functions import Greatest, Least, Power

_MOST_HALVINGS = 100.0  # PostgreSQL refuses numbers that are too small for it


def probability_at(at: datetime) -> Any:
    """Of rows that have `p`, `t_ref` and `half_life_s`."""
    age = ExpressionWrapper(Value(at, DateTimeField()) - F("t_ref"), output_field=DurationField())
    age_s = Func(
        age, template="EXTRACT(EPOCH FROM %(expressions)s)::float8", output_field=FloatField()
    )
    halvings = Greatest(age_s, Value(0.0)) / F("half_life_s")
    return F("p") * Power(Value(0.5), Least(halvings, Value(_MOST_HALVINGS)))
