"""Who is told of the map: endpoints of live keys, until organisation or key have ended."""

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from hazardmap.accounts.models import ApiKey
from hazardmap.accounts.selectors import keys_taken_away
from hazardmap.core.access.scopes import Environment
from hazardmap.webhooks.models import Endpoint
from hazardmap.webhooks.values import CLOSED, ENDED, REVOKED


def endpoints_end() -> int:
    """Switch off those of closed organisations, and of keys that were taken away; return how many.

    Looked at again and again, so that it does not matter who closes and who revokes.
    """
    going, now = Endpoint.objects.exclude(disabled_why__in=ENDED), timezone.now()
    closed = going.filter(organisation__closed_at__isnull=False)
    ended = closed.update(disabled_at=now, disabled_why=CLOSED)
    taken_away = keys_taken_away(going.values_list("key_id", flat=True).distinct())
    revoked = going.filter(key_id__in=taken_away)
    return ended + revoked.update(disabled_at=now, disabled_why=REVOKED)


def endpoints_told() -> "QuerySet[Endpoint]":
    """Those that get more than test messages: a test key pays nothing, so it is told nothing."""
    test = ApiKey.objects.filter(kid=OuterRef("key_id"), environment=Environment.TEST)
    return Endpoint.objects.exclude(disabled_why__in=ENDED).filter(~Exists(test))
