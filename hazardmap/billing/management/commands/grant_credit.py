"""Note what a customer has paid in advance."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.billing.refused import BillingRefused, BookedAlready
from hazardmap.billing.services import credit_grant
from hazardmap.core.selling.pricing.money import Currency, written
from hazardmap.platform import arguments


class Command(BaseCommand):
    help = (
        "Note what a customer has paid in advance; its invoices are paid from it, the oldest "
        "credit first, until the day it expires. A payment is noted once, however often this is "
        "typed. Example: python manage.py grant_credit 0192… 500.00 --reference 'transfer of "
        "3 November, no. 4711' --expires 2027-12-31"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", type=UUID)
        parser.add_argument("amount", type=arguments.amount, help="in the customer's currency")
        parser.add_argument("--reference", required=True, help="of the payment; no other has it")
        parser.add_argument(
            "--expires",
            metavar="YYYY-MM-DD",
            type=arguments.day,
            help="first day (UTC) it is gone",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            credit = credit_grant(
                organisation_id=options["organisation"],
                amount=options["amount"],
                expires_at=options["expires"],
                reference=options["reference"],
            )
        except BookedAlready as booked:
            self.stdout.write(f"{booked}: nothing was added")
            return
        except BillingRefused as refused:
            raise CommandError(f"{refused}.") from refused
        amount = written(credit.amount_micro, Currency(credit.customer.currency))
        self.stdout.write(f"{options['organisation']} has {amount} more to spend")
