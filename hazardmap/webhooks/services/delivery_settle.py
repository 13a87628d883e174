"""What the answer to a message means, written down."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_noop

from hazardmap.core.messages import webhook
from hazardmap.webhooks.models import Attempt, Delivery, Endpoint
from hazardmap.webhooks.services.delivery_bill import delivery_bill
from hazardmap.webhooks.services.endpoint_tell import tell_it_is_away, tell_it_is_off

TOLD_AGAIN: Final = timedelta(days=7)
GONE: Final = gettext_noop("it answered 410 Gone")


@dataclass(frozen=True, slots=True)
class Sent:
    """One try. status: None where nothing came back. said: the answer, or why there is none."""

    at: datetime
    status: int | None
    said: str
    duration_ms: int
    retry_after_s: int | None = None

    @property
    def over_at(self) -> datetime:
        return self.at + timedelta(milliseconds=self.duration_ms)


@transaction.atomic
def delivery_settle(*, delivery_id: UUID, attempts: int, url: str, sent: Sent) -> None:
    """Safe to call late: what was removed, or claimed by somebody else since, is left alone.

    url: to which it was sent. An endpoint that has moved since has not failed: what did not arrive
    is sent to the new address at once.
    """
    found = Delivery.objects.filter(id=delivery_id, state=Delivery.State.WAITING)
    delivery = found.filter(attempts=attempts).select_related("endpoint").first()
    if delivery is None:
        return
    endpoint = Endpoint.objects.select_for_update().filter(id=delivery.endpoint_id).first()
    if endpoint is None:
        return
    Attempt.objects.create(
        delivery=delivery,
        at=sent.at,
        status=sent.status,
        said=sent.said,
        duration_ms=sent.duration_ms,
    )
    delivery.leased_until = None
    match webhook.outcome(sent.status):
        case webhook.Outcome.DELIVERED:
            _delivered(delivery, endpoint, sent)
        case _ if endpoint.url != url:
            delivery.next_at = sent.over_at
        case webhook.Outcome.UNWANTED if endpoint.disabled_at is None:
            endpoint.disabled_at, endpoint.disabled_why = sent.over_at, GONE
            tell_it_is_off(endpoint)
        case webhook.Outcome.FAILED:
            _failed(delivery, endpoint, sent)
    # Not begun_at and billed, which somebody who reads it may have set in the meantime.
    delivery.save(update_fields=["leased_until", "next_at", "state", "delivered_at"])
    endpoint.save()


def _delivered(delivery: Delivery, endpoint: Endpoint, sent: Sent) -> None:
    delivery.state, delivery.delivered_at = Delivery.State.DELIVERED, sent.over_at
    delivery_bill(delivery_id=delivery.id)
    was_away = endpoint.failures >= webhook.TRIPS_AT
    endpoint.failures = 0
    # Else one message that it refuses would be tried ten times in a row, at each that it takes.
    if was_away:
        endpoint.retry_at, endpoint.told_at = None, None
        waiting = endpoint.deliveries.filter(state=Delivery.State.WAITING)
        waiting.filter(next_at__gt=sent.over_at).update(next_at=sent.over_at)


def _failed(delivery: Delivery, endpoint: Endpoint, sent: Sent) -> None:
    next_at = webhook.next_try(delivery.attempts, sent.over_at, sent.retry_after_s)
    if next_at is None:
        delivery.state = Delivery.State.DEAD
        if endpoint.told_at is None or endpoint.told_at <= sent.over_at - TOLD_AGAIN:
            endpoint.told_at = sent.over_at
            tell_it_is_away(endpoint)
    else:
        delivery.next_at = next_at
    endpoint.failures += 1
    asked_s = min(sent.retry_after_s or 0, webhook.LONGEST_WAIT_S)
    pause_s = max(webhook.pause_s(endpoint.failures), asked_s)
    if pause_s:
        until = sent.over_at + timedelta(seconds=pause_s)
        endpoint.retry_at = max(endpoint.retry_at or until, until)
