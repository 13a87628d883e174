"""Endpoints of an organisation: add, move, test, roll the secret, switch on again, remove.

by_key: the key that asks, None for a member (webhooks.whose).
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from hazardmap.accounts.models import Organisation
from hazardmap.core.messages import webhook
from hazardmap.platform.rate_limit import spend
from hazardmap.webhooks.models import Delivery, Endpoint, WatchArea
from hazardmap.webhooks.services.messages import test_body
from hazardmap.webhooks.services.watch_meter import hours_record
from hazardmap.webhooks.values import ENDED, NewEndpoint, TooManyTests, WebhookRefused
from hazardmap.webhooks.whose import whose

MOST: Final = 20
MOST_OLDER_SECRETS: Final = 20
TESTS_PER_HOUR: Final = 60
TEST: Final = "endpoint.test"
PAUSED: Final = gettext_noop("its owner has paused it")


@transaction.atomic
def endpoint_add(*, organisation_id: UUID, key_id: str, url: str) -> NewEndpoint:
    """Raises WebhookRefused."""
    _check(url)
    # Two requests at once must not both find room for the last one.
    Organisation.objects.select_for_update().get(id=organisation_id)
    if Endpoint.objects.filter(organisation_id=organisation_id).count() >= MOST:
        raise WebhookRefused("url", f"there are {MOST} endpoints already: remove one")
    row = Endpoint.objects.create(organisation_id=organisation_id, key_id=key_id, url=url)
    return NewEndpoint(row.id, _secret(row))


@transaction.atomic
def endpoint_move(
    *, organisation_id: UUID, endpoint_id: UUID, by_key: str | None = None, url: str
) -> bool:
    """To another address, with its secret, watch areas and messages: what waits is sent there.

    Its failures were the old address's. One that is off stays off. False where there is none.
    Raises WebhookRefused.
    """
    _check(url)
    row = _mine(organisation_id, endpoint_id, by_key)
    if row is None:
        return False
    if row.url != url:
        row.url = url
        _begin_anew(row)
    return True


@transaction.atomic
def endpoint_remove(*, organisation_id: UUID, endpoint_id: UUID, by_key: str | None = None) -> bool:
    """With its watch areas, whose running hour is still on its account, and messages.

    False where there is none.
    """
    # Held before its messages are, as by whoever settles one of them.
    row = _mine(organisation_id, endpoint_id, by_key)
    if row is None:
        return False
    hours_record(WatchArea.objects.filter(endpoint=row))
    row.delete()
    return True


@transaction.atomic
def secret_roll(
    *, organisation_id: UUID, endpoint_id: UUID, by_key: str | None = None, overlap_s: int
) -> NewEndpoint | None:
    """A new secret; messages are signed with the one before, too, until the overlap is over.

    Those before that sign until their own ends. Raises WebhookRefused.
    """
    row = _mine(organisation_id, endpoint_id, by_key)
    if row is None:
        return None
    now = timezone.now()
    older = [now + timedelta(seconds=overlap_s), *row.older_secrets_until]
    while older and older[-1] <= now:
        older.pop()
    if len(older) > MOST_OLDER_SECRETS:
        rule = f"{MOST_OLDER_SECRETS} secrets were made since the oldest one that is still valid"
        raise WebhookRefused("overlap_s", f"{rule}: wait until {older[-1]:%Y-%m-%dT%H:%MZ}")
    row.secret_version += 1
    row.older_secrets_until = older
    row.save(update_fields=["secret_version", "older_secrets_until"])
    return NewEndpoint(row.id, _secret(row))


@transaction.atomic
def endpoint_pause(*, organisation_id: UUID, endpoint_id: UUID, by_key: str | None = None) -> bool:
    """Send nothing until it is enabled; messages wait. One that is off already stays as it is."""
    row = _mine(organisation_id, endpoint_id, by_key)
    if row is None:
        return False
    if row.disabled_at is None:
        row.disabled_at, row.disabled_why = timezone.now(), PAUSED
        row.save(update_fields=["disabled_at", "disabled_why"])
    return True


@transaction.atomic
def endpoint_enable(*, organisation_id: UUID, endpoint_id: UUID, by_key: str | None = None) -> bool:
    """Send again, at once, what waits for an endpoint that was disabled or is left alone.

    Raises WebhookRefused where its key was taken away: whoever had the key may have added it.
    """
    row = _mine(organisation_id, endpoint_id, by_key)
    if row is None:
        return False
    if row.disabled_why in ENDED:
        raise WebhookRefused("endpoint_id", f"{row.disabled_why}: add it again with another key")
    row.disabled_at, row.disabled_why = None, ""
    _begin_anew(row)
    return True


@transaction.atomic
def endpoint_test(
    *, organisation_id: UUID, endpoint_id: UUID, by_key: str | None = None
) -> UUID | None:
    """A message that tells of nothing; its id. Raises TooManyTests: they are free."""
    row = _mine(organisation_id, endpoint_id, by_key)
    if row is None:
        return None
    left = spend(f"webhook-tests:{organisation_id}", limit=TESTS_PER_HOUR, period_s=3600)
    if left.events < 0:
        words = _("More than %(most)d test messages an hour: wait a little.")
        raise TooManyTests(words % {"most": TESTS_PER_HOUR}, left.reset_s)
    body = test_body(TEST, timezone.now(), row.id)
    return row.deliveries.create(type=TEST, body=body).id


def _check(url: str) -> None:
    """Raises WebhookRefused."""
    if rule := webhook.address_rule(url, plain=bool(settings.OUTBOUND_EXCEPTIONS)):
        raise WebhookRefused("url", rule)


def _begin_anew(row: Endpoint) -> None:
    """As if it had never failed: what waits for it is due at once."""
    now = timezone.now()
    row.failures, row.retry_at, row.told_at = 0, None, None
    row.save()
    row.deliveries.filter(state=Delivery.State.WAITING, next_at__gt=now).update(next_at=now)


def _mine(organisation_id: UUID, endpoint_id: UUID, by_key: str | None) -> Endpoint | None:
    found = Endpoint.objects.select_for_update()
    return found.filter(whose(organisation_id, by_key), id=endpoint_id).first()


def _secret(row: Endpoint) -> str:
    return webhook.shown(webhook.secret(settings.SECRET_KEY, str(row.id), row.secret_version))
