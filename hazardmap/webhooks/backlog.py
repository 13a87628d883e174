"""Reads: messages that could be sent and are not."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from hazardmap.webhooks.models import Delivery


def oldest_due(*, held: Collection[str]) -> datetime | None:
    """Since when the first message is due of those that sql/claim.sql may take; None for none.

    Receivers that are left alone for a while, endpoints that are switched off and keys that are
    `held` make nobody late.
    """
    now = timezone.now()
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING)
    earlier = waiting.filter(
        endpoint=OuterRef("endpoint"),
        hazard_id=OuterRef("hazard_id"),
        cursor__lt=OuterRef("cursor"),
    )
    due = waiting.filter(
        Q(leased_until=None) | Q(leased_until__lte=now),
        Q(endpoint__retry_at=None) | Q(endpoint__retry_at__lte=now),
        Q(cursor=None) | ~Q(endpoint__key_id__in=list(held)),
        ~Exists(earlier),
        endpoint__disabled_at=None,
        next_at__lte=now,
    )
    return due.order_by("next_at").values_list("next_at", flat=True).first()
