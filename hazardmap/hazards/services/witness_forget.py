"""The track of somebody who has left, taken out of the evidence.

What he saw stays, under a number that leads to nobody: otherwise hazards would vanish, and others
would be believed less. Where he drove and saw nothing goes.
"""

from uuid import uuid4

from django.db import connection, transaction

from hazardmap.hazards.models import Checkpoint, Evidence, Look, Observation, Picture, View


@transaction.atomic
def witness_forget(*, witness: int) -> None:
    """Safe to call twice."""
    views = View.objects.filter(witness=witness)
    devices = set(views.values_list("device_id", flat=True))
    devices |= set(Evidence.objects.filter(witness=witness).values_list("device_id", flat=True))
    Picture.objects.filter(frame_id__in=views.values("frame_id")).delete()
    telling = Observation.objects.filter(view__witness=witness)
    views.exclude(frame_id__in=telling.values("view_id")).delete()
    Look.objects.filter(witness=witness).delete()
    for device_id in devices:
        nobody = uuid4()
        View.objects.filter(witness=witness, device_id=device_id).update(device_id=nobody)
        Evidence.objects.filter(witness=witness, device_id=device_id).update(device_id=nobody)
    _forget_memos([device_id.hex for device_id in devices])


def _forget_memos(devices: list[str]) -> None:
    """Checkpoints that name one of these devices, in hexadecimal: a replay makes them anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {Checkpoint._meta.db_table} WHERE state::text LIKE ANY(%s)",  # noqa: S608
            [[f"%{device}%" for device in devices]],
        )
