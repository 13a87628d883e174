from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from hazardmap.billing.models import Credit
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.services.customer_lock import customer_lock
from hazardmap.core.selling.pricing.money import Currency, payable_micro


@transaction.atomic
def credit_grant(*, organisation_id: UUID, amount: Decimal, expires_at: datetime | None) -> Credit:
    """Note what a customer has paid in advance, in its currency. Raises BillingRefused."""
    customer = customer_lock(organisation_id=organisation_id)
    try:
        amount_micro = payable_micro(amount, Currency(customer.currency))
    except ValueError as error:
        raise BillingRefused(str(error)) from error
    if amount_micro <= 0:
        raise BillingRefused(f"a credit must be above 0, not {amount}")
    return customer.credits.create(amount_micro=amount_micro, expires_at=expires_at)
