from typing import Any

from django.utils.translation import gettext as _

from hazardmap.billing.models import Customer
from hazardmap.billing.refused import BillingRefused


def customer_lock(**which: Any) -> Customer:
    """The customer, whom nobody else bills or subscribes until the transaction ends.

    Raises BillingRefused where there is none.
    """
    customer = Customer.objects.select_for_update().filter(**which).first()
    if customer is None:
        raise BillingRefused(_("The organisation is no customer yet."))
    return customer
