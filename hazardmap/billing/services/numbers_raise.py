"""After a restore: go on with numbers that no invoice and no credit note has had."""

from datetime import UTC, datetime
from typing import Final

from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from hazardmap.billing.models import Seller
from hazardmap.billing.selectors import written_number

_BEGIN: Final = datetime(2020, 1, 1, tzinfo=UTC)


def numbers_raise() -> list[str]:
    """What the next invoice of each seller will be called. May be repeated.

    Its number is the seconds since 2020: nobody invoices as fast as these go by, so also a dump
    that is restored twice does not give a number twice. A gap is no fault; the same number on two
    invoices is.
    """
    now = Value(int((timezone.now() - _BEGIN).total_seconds()))
    Seller.objects.update(
        next_invoice=Greatest(F("next_invoice"), now),
        next_credit_note=Greatest(F("next_credit_note"), now),
    )
    sellers = Seller.objects.order_by("prefix")
    return [written_number(seller, seller.next_invoice) for seller in sellers]
