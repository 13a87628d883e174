"""The track of somebody who has left, taken out of the evidence.

What he saw of hazards, and that they were gone, stays under a number that leads to nobody:
otherwise hazards would vanish or come back, and others would be believed less. Where he drove past
none goes.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID, uuid4

from django.db import connection

from hazardmap.core.geometry.clusters import VIEW_REACH_M
from hazardmap.core.geometry.coverings import looked_from
from hazardmap.hazards.checkpoint_models import Checkpoint
from hazardmap.hazards.models import Evidence, Look, View
from hazardmap.hazards.picture_models import PictureKey
from hazardmap.hazards.services.place_lock import all_places_lock
from hazardmap.platform.rows_put import array
from hazardmap.platform.unhurried import unhurried

LINES_AT_ONCE: Final = 200

_KEEP_REPORTS = """
    UPDATE hazards_view SET device_id = %(nobody)s
    WHERE witness = %(witness)s AND device_id = %(device)s AND EXISTS (
        SELECT FROM hazards_observation AS told WHERE told.view_id = hazards_view.frame_id)
"""
# What a pass told of a hazard, also by seeing nothing, follows from its views in reach of it.
_KEEP_LOOKS = """
    UPDATE hazards_view AS view SET device_id = %(nobody)s
    FROM unnest(%(hazards)s::uuid[], %(cells)s::bigint[], %(firsts)s::timestamptz[],
            %(lasts)s::timestamptz[]) AS told (hazard_id, cell, first_at, last_at)
        JOIN hazards_hazard AS hazard ON hazard.id = told.hazard_id
    WHERE view.cell = told.cell AND captured_at BETWEEN told.first_at AND told.last_at
        AND witness = %(witness)s AND device_id = %(device)s
        AND ST_DWithin(view.position, hazard.position, %(reach_m)s)
"""
_FORGET_THE_REST = "DELETE FROM hazards_view WHERE witness = %(witness)s AND device_id = %(device)s"
_Line = tuple[UUID, int, datetime, datetime]
"""Of a trail: the hazard, its cell, and the times of the pass."""


def witness_forget(*, witness: int) -> None:
    """Safe to call twice, also where it was broken off: each device is a transaction."""
    with unhurried():
        Look.objects.filter(witness=witness).delete()
        devices = set(
            View.objects.filter(witness=witness).values_list("device_id", flat=True).distinct()
        )
        told = Evidence.objects.filter(witness=witness).values_list("device_id", flat=True)
        devices |= set(told.distinct())
    for device_id in devices:
        _device_forget(witness, device_id)


@unhurried()
def _device_forget(witness: int, device_id: UUID) -> None:
    """Under another id, the same everywhere: the passes of a device hang together."""
    nobody = uuid4()
    who = {"nobody": str(nobody), "witness": str(witness), "device": str(device_id)}
    views = View.objects.filter(witness=witness, device_id=device_id)
    PictureKey.objects.filter(frame_id__in=views.values("frame_id")).delete()
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_REPORTS, who)
        for lines in _lines(witness, device_id):
            cursor.execute(_KEEP_LOOKS, who | _around(lines) | {"reach_m": str(VIEW_REACH_M)})
        cursor.execute(_FORGET_THE_REST, who)
    # Last, since fusion waits: what it has read of this device it would write behind us.
    all_places_lock()
    # A replay makes them anew.
    Checkpoint.objects.filter(devices__contains=[device_id]).delete()
    Evidence.objects.filter(witness=witness, device_id=device_id).update(device_id=nobody)


def _lines(witness: int, device_id: UUID) -> Iterator[list[_Line]]:
    """What the device said of hazards, so many lines at once."""
    said = Evidence.objects.filter(witness=witness, device_id=device_id).values_list(
        "hazard_id", "hazard__cell", "first_at", "last_at"
    )
    lines = said.iterator(chunk_size=LINES_AT_ONCE)
    while batch := list(islice(lines, LINES_AT_ONCE)):
        yield batch


def _around(lines: Iterable[_Line]) -> dict[str, str]:
    """Columns of these lines, once for each cell from which the hazard may be seen."""
    places = [
        (hazard_id, cell, first_at, last_at)
        for hazard_id, seen_cell, first_at, last_at in lines
        for cell in looked_from([seen_cell])
    ]
    names = "hazards", "cells", "firsts", "lasts"
    return {names[i]: array(place[i] for place in places) for i in range(len(names))}
