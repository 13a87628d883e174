"""Compare what was spent with what may be: stop keys, and note whom to tell.

The API refuses by itself, before it answers. Tiles are served without asking, by nginx too, and
areas are watched without anybody asking: they learn from `StoppedKey` which keys get no more. So a
cap is passed by what is served meanwhile.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from time import monotonic
from types import MappingProxyType
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from hazardmap.accounts.selectors import keys_of
from hazardmap.billing.models import Customer
from hazardmap.billing.spend_models import SpendAlert, SpendWatch, StoppedKey
from hazardmap.billing.spend_terms import Terms, terms_now
from hazardmap.core.selling.pricing.money import decimal_of
from hazardmap.core.selling.pricing.spending import Counted, judged
from hazardmap.core.selling.usage import Meter
from hazardmap.metering.selectors import usage_lately
from hazardmap.metering.services import ALL, UnitsByKey, usage_recount, usage_roll, usage_settle
from hazardmap.platform.one_at_a_time import one_at_a_time

STOPPABLE: Final = (Meter.TILE, Meter.WEBHOOK, Meter.WATCH_HOUR)
PERCENTS: Final = (50, 80, 100)
LATELY: Final = timedelta(hours=2)
EVERYBODY_EVERY_S: Final = 60.0
CAP_SEEN_WITHIN: Final = timedelta(seconds=30)  # of when it was set, whatever its commit took


class _Seen:
    """What this process saw when it looked last; another one sees for itself.

    units: of each key lately. everybody_s: when everybody was looked at, changed or not.
    """

    units: Mapping[str, int] = MappingProxyType({})
    everybody_s: float = float("-inf")


_seen = _Seen()


def spending_watch() -> int:
    """Look at those whose usage or cap has changed or who are stopped, and once a minute at
    everybody who has used something lately; return how many.

    Safe to call again, and at once.
    """
    usage_roll()
    now, looked = timezone.now(), 0
    units, begun_s = usage_lately(since=now - LATELY), monotonic()
    everybody = begun_s > _seen.everybody_s + EVERYBODY_EVERY_S
    keys = {key for key, count in units.items() if everybody or _seen.units.get(key) != count}
    stopped = set(StoppedKey.objects.values_list("key_id", flat=True))
    keys |= stopped
    for organisation_id in _customers(keys, caps_since=now - CAP_SEEN_WITHIN):
        looked += _look(organisation_id, stopped)
    _seen.units = units
    if everybody:
        _seen.everybody_s = begun_s
    SpendWatch.objects.update_or_create(id=1, defaults={"at": timezone.now()})
    return looked


def _customers(keys: set[str], *, caps_since: datetime) -> list[UUID]:
    """The owners of these keys, and those who have set a cap since then."""
    concerned = Q(organisation__keys__kid__in=keys) | Q(caps__set_at__gte=caps_since)
    found = Customer.objects.filter(concerned).order_by("pk").distinct()
    return list(found.values_list("organisation_id", flat=True))


def _is_limited(terms: Terms) -> bool:
    return bool(terms.caps) or any(terms.tariff.quota(one) is not None for one in STOPPABLE)


@transaction.atomic
def _look(organisation_id: UUID, stopped: set[str]) -> bool:
    """Whether there was something to compare. Others who look at the same customer wait: an older
    count or cap would lift the stop of a newer one."""
    one_at_a_time(f"spending {organisation_id}")
    terms = terms_now(organisation_id)
    if terms is None:  # the plan has ended, and with it what it allowed
        mine = stopped.intersection(keys_of(organisation_id))
        StoppedKey.objects.filter(key_id__in=mine).delete()
        return False
    if not (_is_limited(terms) or stopped & {*terms.account.keys}):
        return False
    usage_settle(account=terms.account)
    _note(terms, usage_recount(account=terms.account))
    return True


def _note(terms: Terms, units: UnitsByKey) -> None:
    for meter in STOPPABLE:
        stopped = {key for key in terms.account.keys if _is_stopped(terms, units, key, meter)}
        known = StoppedKey.objects.filter(key_id__in=terms.account.keys, meter=meter.value)
        known.exclude(key_id__in=stopped).delete()
        StoppedKey.objects.bulk_create(
            (StoppedKey(key_id=key, meter=meter.value) for key in sorted(stopped)),
            ignore_conflicts=True,
        )
    SpendAlert.objects.bulk_create(_alerts(terms, units), ignore_conflicts=True)


def _is_stopped(terms: Terms, units: UnitsByKey, key_id: str, meter: Meter) -> bool:
    """Whether one more unit would be too much."""
    now = Counted(key_id, units[ALL], units.get(key_id, {}))
    more = now.plus(meter, 1)
    return judged(terms.tariff, terms.hard_caps(key_id), meter, before=now, after=more) is not None


def _alerts(terms: Terms, units: UnitsByKey) -> Iterator[SpendAlert]:
    for key_id, cap in terms.caps.items():
        spent = _spent(terms, units, key_id)
        for percent in PERCENTS:
            if spent * 100 >= decimal_of(cap.amount_micro) * percent:
                yield SpendAlert(
                    customer_id=terms.customer_id,
                    key_id=key_id,
                    month=terms.month.start,
                    percent=percent,
                    cap_micro=cap.amount_micro,
                    spent_micro=int(spent.scaleb(6)),
                )


def _spent(terms: Terms, units: UnitsByKey, key_id: str) -> Decimal:
    if not key_id:
        return terms.tariff.cost(units[ALL])
    return terms.tariff.spent_by_key(key_id, units[ALL], units.get(key_id, {}))
