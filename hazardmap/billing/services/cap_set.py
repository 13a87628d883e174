"""How much an organisation, or one of its keys, may spend in a month."""

from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hazardmap.accounts.selectors import keys_before, keys_of
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.services.customer_lock import customer_lock
from hazardmap.billing.spend_terms import terms_forget
from hazardmap.core.selling.pricing.money import Currency, typed_micro
from hazardmap.platform.sentences import sentence


@transaction.atomic
def cap_set(
    *, organisation_id: UUID, amount: Decimal | None, key_id: str = "", hard: bool = True
) -> None:
    """Cap what a month may cost, before tax, in the customer's currency; None takes the cap away.

    key_id: of one key, and of those made in its place; "" for all together. hard: refuse beyond it,
    else only tell. In force within a few seconds. Raises BillingRefused.
    """
    customer = customer_lock(organisation_id=organisation_id)
    if key_id and key_id not in keys_of(organisation_id):
        text = _("%(key)s is not a key of the organisation.")
        raise BillingRefused(text % {"key": key_id})
    if amount is None:
        theirs = keys_before(key_id) if key_id else [""]
        customer.caps.filter(key_id__in=theirs).delete()
    else:
        try:
            amount_micro = typed_micro(amount, Currency(customer.currency))
        except ValueError as error:
            raise BillingRefused(sentence(error)) from error
        if amount_micro < 0:
            text = _("A cap must be at least 0 and below 10^12, not %(amount)s.")
            raise BillingRefused(text % {"amount": amount})
        customer.caps.update_or_create(
            key_id=key_id,
            defaults={"amount_micro": amount_micro, "hard": hard, "set_at": timezone.now()},
        )
    transaction.on_commit(lambda: terms_forget(organisation_id))
