"""How a buyer wants invoices to name them."""

from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hazardmap.billing.countries import COUNTRIES
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.selectors import BillingAddress
from hazardmap.billing.services.customer_lock import customer_lock
from hazardmap.billing.services.invoice_lines import tax_of
from hazardmap.core.selling.pricing.tax import TaxUnknown
from hazardmap.core.selling.pricing.tax_number import tax_number_read

MOST_LINES: Final = 3  # an e-invoice has no more
MOST_LETTERS: Final = 100


@transaction.atomic
def billing_address_set(*, organisation_id: UUID, to: BillingAddress) -> None:
    """For drafts and invoices to come; what is finalised stays as it is.

    Raises BillingRefused and ValueError, each with a sentence for people.
    """
    customer = customer_lock(organisation_id=organisation_id)
    lines = [line.strip() for line in to.address.splitlines() if line.strip()]
    customer.name = _text(_("The name"), to.name)
    if not 1 <= len(lines) <= MOST_LINES:
        text = _("The address must have 1 to %(most)d lines.")
        raise BillingRefused(text % {"most": MOST_LINES})
    customer.address = "\n".join(_text(_("A line of the address"), line) for line in lines)
    if to.country not in COUNTRIES:
        raise BillingRefused(_("Choose a country."))
    customer.country = to.country
    customer.tax_number = tax_number_read(to.country, to.tax_number)
    customer.reference = _text(_("The reference"), to.reference, least=0, most=50)
    try:
        tax_of(customer, 0, on=timezone.now().date())
    except TaxUnknown:
        raise BillingRefused(_("We cannot sell there yet: write to us.")) from None
    customer.save()


def _text(what: str, typed: str, *, least: int = 1, most: int = MOST_LETTERS) -> str:
    text = " ".join(typed.split())
    if not least <= len(text) <= most or not text.isprintable():
        rule = _("%(what)s must have %(least)d to %(most)d letters.")
        raise BillingRefused(rule % {"what": what, "least": least, "most": most})
    return text
