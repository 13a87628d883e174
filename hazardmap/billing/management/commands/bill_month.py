"""Draft and finalise the invoices of a month."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.selectors import customers_until, invoice_get
from hazardmap.billing.services import invoice_draft, invoice_finalise, subscriptions_end
from hazardmap.core.selling.pricing.money import written
from hazardmap.core.selling.pricing.period import Period
from hazardmap.core.selling.pricing.tax import TaxUnknown
from hazardmap.metering.services import usage_roll
from hazardmap.platform import arguments


class Command(BaseCommand):
    help = (
        "Draft the invoices of a month (UTC) for all customers from what they used, with what came "
        "late of the months before; --finalise numbers them, after which they never change. Safe "
        "to call again. Example: python manage.py bill_month 2026-10 --finalise"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", metavar="YYYY-MM", type=arguments.month)
        parser.add_argument("--finalise", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        month = options["month"]
        usage_roll()
        subscriptions_end()
        customers, failed = customers_until(month.end), 0
        for number, customer_id in enumerate(customers, start=1):
            try:
                said = _bill(customer_id, month, finalise=options["finalise"])
            except (BillingRefused, TaxUnknown) as error:
                failed += 1
                said = f"not invoiced: {error}"
            self.stdout.write(f"{number} of {len(customers)}: {said}")
        if failed:
            raise CommandError(f"{failed} of {len(customers)} customers could not be invoiced.")


def _bill(customer_id: int, month: Period, *, finalise: bool) -> str:
    invoice = invoice_draft(customer_id=customer_id, month=month)
    if invoice is None:
        return "nothing to invoice"
    if finalise:
        invoice_finalise(invoice_id=invoice.id)
    info = invoice_get(invoice.id)
    amount = written(info.total_micro, info.currency)
    return f"{info.number or info.id} {info.state}, {amount}, {info.buyer}"
