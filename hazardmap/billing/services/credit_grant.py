from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hazardmap.billing.models import Credit
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.services.booked_once import booked_once, reference_read
from hazardmap.billing.services.customer_lock import customer_lock
from hazardmap.core.selling.pricing.money import Currency, typed_micro


@transaction.atomic
def credit_grant(
    *, organisation_id: UUID, amount: Decimal, expires_at: datetime | None, reference: str
) -> Credit:
    """Note what a customer has paid in advance, in its currency.

    reference: of the payment, which is noted once. Raises BookedAlready and BillingRefused.
    """
    customer = customer_lock(organisation_id=organisation_id)
    currency = Currency(customer.currency)
    reference = reference_read(reference)
    try:
        amount_micro = typed_micro(amount, currency)
    except ValueError as error:
        raise BillingRefused(str(error)) from error
    if amount_micro <= 0:
        raise BillingRefused(f"a credit must be above 0, not {amount}")
    before = customer.credits.filter(reference=reference).first()
    if before is not None:
        same = (before.amount_micro, before.expires_at) == (amount_micro, expires_at)
        booked_once(reference, before.amount_micro, currency, before.granted_at, same=same)
    if expires_at is not None and expires_at <= timezone.now():
        raise BillingRefused(f"a credit must expire in the future, not on {expires_at:%Y-%m-%d}")
    return customer.credits.create(
        amount_micro=amount_micro, expires_at=expires_at, reference=reference
    )
