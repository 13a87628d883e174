"""What watching costs: one unit for each hour, begun or whole, in which an area was watched."""

from collections.abc import Collection

from django.db.models import QuerySet
from django.utils import timezone

from hazardmap.core.full_times import HOUR, hour_of
from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.metering.services import usage_record
from hazardmap.webhooks.models import WatchArea
from hazardmap.webhooks.services.endpoints_end import endpoints_end, endpoints_told


def watch_hours_record(*, held: Collection[str] = ()) -> int:
    """Put the hours that have begun into the usage log; return how many.

    held: keys for which watching stands still (deliveries_send): such an hour costs nothing.
    """
    endpoints_end()
    now = timezone.now()
    stopped = WatchArea.objects.filter(endpoint__key_id__in=held, metered_until__lte=now)
    stopped.update(metered_until=hour_of(now) + HOUR)
    return hours_record(WatchArea.objects.all())


def hours_record(watches: "QuerySet[WatchArea]") -> int:
    """The same for some areas, such as those that are about to go.

    Safe to call twice: the same hour of the same area is the same usage.
    """
    now, recorded = timezone.now(), 0
    paid = watches.filter(endpoint__in=endpoints_told())
    due = paid.filter(metered_until__lte=now).select_related("endpoint").defer("area", "route")
    for watch in due.iterator():
        hour = hour_of(watch.metered_until)
        while hour <= now:
            usage_record(
                UsageRecord(
                    key_id=watch.endpoint.key_id,
                    meter=Meter.WATCH_HOUR,
                    quantity=1,
                    at=hour,
                    request_id=f"{watch.id} {hour.isoformat()}",
                    subject=watch.name,
                )
            )
            hour, recorded = hour + HOUR, recorded + 1
        WatchArea.objects.filter(id=watch.id).update(metered_until=hour)
    return recorded
