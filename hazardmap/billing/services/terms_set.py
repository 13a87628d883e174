"""Who sells at which prices, as the operator has written it down."""

from django.db import transaction
from django.db.models import Max

from hazardmap.billing.documents import PlanTerms, SellerTerms
from hazardmap.billing.models import Plan, PriceVersion, Seller, TaxRule
from hazardmap.core.selling.pricing.prices_json import prices_document


@transaction.atomic
def terms_set(*, seller: SellerTerms, plans: tuple[PlanTerms, ...]) -> dict[str, int]:
    """Take over seller, tax table and prices; return the current price version of each plan.

    Prices that have changed are a new version, for new subscriptions; the others stay as they
    are. Safe to call again.
    """
    row, _ = Seller.objects.update_or_create(
        prefix=seller.prefix,
        defaults={
            "name": seller.name,
            "address": seller.address,
            "country": seller.country,
            "tax_number": seller.tax_number,
            "account": seller.account,
        },
    )
    row.tax_rules.all().delete()
    TaxRule.objects.bulk_create(
        TaxRule(
            seller=row,
            country=rule.country,
            business=rule.business,
            category=rule.category.value,
            percent=rule.percent,
            since=rule.since,
            note=rule.note,
        )
        for rule in seller.tax_rules
    )
    return {terms.code: _publish(terms, row) for terms in plans}


def _publish(terms: PlanTerms, seller: Seller) -> int:
    plan, _ = Plan.objects.update_or_create(
        code=terms.code,
        defaults={"name": terms.name, "offered_by": seller if terms.offered else None},
    )
    Plan.objects.select_for_update().get(pk=plan.pk)
    prices = prices_document(terms.prices)
    last = plan.versions.aggregate(last=Max("version"))["last"] or 0
    if plan.versions.filter(version=last, prices=prices).exists():
        return last
    PriceVersion.objects.create(plan=plan, version=last + 1, prices=prices)
    return last + 1
