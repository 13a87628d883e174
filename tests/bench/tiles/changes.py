"""Hazards that change, as fusion changes them: rows and events in one transaction."""

from random import Random

from django.db import transaction

from hazardmap.core.fusion.hazard import Change
from hazardmap.hazards import mapping, models
from hazardmap.hazards.services.events_write import events_write

_DICE = Random(7)


@transaction.atomic
def put(count: int) -> None:
    """Give so many hazards, anywhere, another probability."""
    changed = list(models.Hazard.objects.order_by("?")[:count])
    for row in changed:
        row.p = _DICE.uniform(0.1, 0.99)
    models.Hazard.objects.bulk_update(changed, ["p"])
    events_write([(Change.CHANGED, mapping.hazard_of(row)) for row in changed])
