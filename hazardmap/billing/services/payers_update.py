"""Keep whom the payment provider writes to one of those who see to the bills today."""

import logging
from typing import Final

from django.db import transaction

from hazardmap.accounts.selectors import people_who_may
from hazardmap.billing.payment_models import PayerRef
from hazardmap.billing.payments.chosen import provider
from hazardmap.billing.payments.provider import Payer, Provider, ProviderFailed
from hazardmap.core.access.roles import Act

logger: Final = logging.getLogger(__name__)


def payers_update() -> int:
    """Tell the provider where the address it has is nobody's any more; how many that were.

    Safe to call again: what fails is told at the next call.
    """
    chosen = provider()
    ids = PayerRef.objects.filter(provider=chosen.name).order_by("pk").values_list("pk", flat=True)
    return sum(_update(chosen, ref_id) for ref_id in list(ids))


@transaction.atomic
def _update(chosen: Provider, ref_id: int) -> bool:
    # Not the customer, whom others bill while the provider is asked.
    refs = PayerRef.objects.select_for_update(of=("self",)).select_related("customer")
    known = refs.get(pk=ref_id)
    emails = tuple(
        one.email for one in people_who_may(known.customer.organisation_id, Act.MANAGE_BILLING)
    )
    payer = Payer(known.customer_id, known.customer.name, emails)
    if known.email == payer.email:
        return False
    try:
        chosen.payer_put(payer, known.ref)
    except ProviderFailed as failed:
        logger.warning("a payer's address cannot be told: %s", failed)
        return False
    known.email = payer.email
    known.save(update_fields=["email"])
    return True
