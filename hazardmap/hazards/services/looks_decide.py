"""Decide which looks are told: some time later, and not where a drive began or ended."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from hazardmap.accounts.selectors import devices_behind
from hazardmap.capture.selectors import track_between
from hazardmap.core.derived.drive_ends import STOP, Fix, around, ends, hides
from hazardmap.core.full_times import HOUR
from hazardmap.hazards.models import Look

DELAY: Final = timedelta(hours=1)
"""So long after its hour a look is told: nobody can be followed, and drives have ended."""
AT_ONCE: Final = 500
_BESIDE: Final = 2 * STOP  # what a drive did before and after its hour, to see whether it went on


def looks_decide() -> int:
    """Decide the newest that wait; return of how many hours of accounts."""
    waiting = Look.objects.filter(told=None, hour__lte=timezone.now() - HOUR - DELAY)
    found = waiting.values_list("hour", "witness").distinct().order_by("-hour", "witness")
    hours = list(found[:AT_ONCE])
    for hour, witness in hours:
        _decide(witness, hour)
    return len(hours)


@transaction.atomic
def _decide(witness: int, hour: datetime) -> None:
    # Locked first: a frame that comes meanwhile makes its look wait again (coverage_add).
    looks = Look.objects.filter(told=None, witness=witness, hour=hour)
    cells = dict(looks.select_for_update().values_list("id", "cell"))
    tracks = [
        track_between(device_id, hour - _BESIDE, hour + HOUR + _BESIDE)
        for device_id in devices_behind(witness)
    ]
    found = [
        end
        for track in tracks
        for end in ends(Fix(pose.captured_at, pose.lon, pose.lat) for pose in track)
    ]
    hidden = around(found)
    # Without a track nobody knows where it ended: then nothing is told.
    told = [id_ for id_, cell in cells.items() if hidden and not hides(hidden, cell)]
    Look.objects.filter(id__in=cells).update(told=False)
    Look.objects.filter(id__in=told).update(told=True)
