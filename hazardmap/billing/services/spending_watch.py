"""Compare what was spent with what may be: stop the tiles of keys, and note whom to tell.

The API refuses by itself, before it answers. Tiles are served without asking, by nginx too, and
learn from `StoppedKey` which keys get none; so a cap is passed by what is served meanwhile.
"""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hazardmap.billing.models import Customer
from hazardmap.billing.spend_models import SpendAlert, SpendWatch, StoppedKey
from hazardmap.billing.spend_terms import Terms, terms_now
from hazardmap.core.pricing.money import decimal_of
from hazardmap.core.pricing.spending import Counted, judged, rounded_down
from hazardmap.core.usage import Meter
from hazardmap.metering.selectors import usage_keys
from hazardmap.metering.services import ALL, UnitsByKey, usage_recount, usage_roll

PERCENTS: Final = (50, 80, 100)
LATELY: Final = timedelta(hours=2)


def spending_watch() -> int:
    """Look at everybody who has used something lately, or is stopped; return how many.

    Safe to call again, and at once.
    """
    usage_roll()
    now, looked = timezone.now(), 0
    used = set(usage_keys(start=now - LATELY, end=now))
    used |= set(StoppedKey.objects.values_list("key_id", flat=True))
    for organisation_id in _customers(used):
        terms = terms_now(organisation_id)
        if terms is not None:
            _look(terms, usage_recount(account=terms.account))
            looked += 1
    SpendWatch.objects.update_or_create(id=1, defaults={"at": timezone.now()})
    return looked


def _customers(keys: set[str]) -> list[UUID]:
    """The owners of these keys."""
    found = Customer.objects.filter(organisation__keys__kid__in=keys).order_by("pk").distinct()
    return list(found.values_list("organisation_id", flat=True))


@transaction.atomic
def _look(terms: Terms, units: UnitsByKey) -> None:
    stopped = {key for key in terms.account.keys if _is_stopped(terms, units, key)}
    known = StoppedKey.objects.filter(key_id__in=terms.account.keys)
    known.exclude(key_id__in=stopped).delete()
    StoppedKey.objects.bulk_create(
        (StoppedKey(key_id=key) for key in sorted(stopped)), ignore_conflicts=True
    )
    SpendAlert.objects.bulk_create(_alerts(terms, units), ignore_conflicts=True)


def _is_stopped(terms: Terms, units: UnitsByKey, key_id: str) -> bool:
    """Whether one more tile would be too much."""
    now = Counted(units[ALL], units.get(key_id, {}))
    more = now.plus(Meter.TILE, 1)
    caps = terms.hard_caps(key_id)
    return judged(terms.tariff, caps, Meter.TILE, before=now, after=more) is not None


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
    return rounded_down(terms.tariff.part_of_key(units[ALL], units.get(key_id, {})))
