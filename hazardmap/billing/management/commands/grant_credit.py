"""Note what a customer has paid in advance."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.services import credit_grant
from hazardmap.platform import arguments


class Command(BaseCommand):
    help = (
        "Note what a customer has paid in advance; its invoices are paid from it, the oldest "
        "credit first, until the day it expires. "
        "Example: python manage.py grant_credit 0192… 500.00 --expires 2027-12-31"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", type=UUID)
        parser.add_argument("amount", type=arguments.amount, help="in the customer's currency")
        parser.add_argument(
            "--expires",
            metavar="YYYY-MM-DD",
            type=arguments.day,
            help="first day (UTC) it is gone",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            credit_grant(
                organisation_id=options["organisation"],
                amount=options["amount"],
                expires_at=options["expires"],
            )
        except BillingRefused as refused:
            raise CommandError(f"{refused}.") from refused
        self.stdout.write(f"{options['organisation']} has {options['amount']} more to spend")
