"""The track of somebody who has left, taken out of the evidence.

What he saw stays, under a number that leads to nobody: otherwise hazards would vanish, and others
would be believed less. Where he drove and saw nothing goes.
"""

from uuid import UUID, uuid4

from django.db import connection

from hazardmap.hazards.checkpoint_models import Checkpoint
from hazardmap.hazards.models import Evidence, Look, View
from hazardmap.hazards.picture_models import PictureKey
from hazardmap.platform.unhurried import unhurried

_FORGET_IDLE = """
    DELETE FROM hazards_view WHERE witness = %s AND device_id = %s AND NOT EXISTS (
        SELECT FROM hazards_observation AS told WHERE told.view_id = hazards_view.frame_id)
"""


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
    views = View.objects.filter(witness=witness, device_id=device_id)
    PictureKey.objects.filter(frame_id__in=views.values("frame_id")).delete()
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_IDLE, [witness, device_id])
    views.update(device_id=nobody)
    # A replay makes them anew.
    Checkpoint.objects.filter(devices__contains=[device_id]).delete()
    # Last, since fusion may wait for these rows.
    Evidence.objects.filter(witness=witness, device_id=device_id).update(device_id=nobody)
