"""Tell the payment provider what is to be paid, and compare what it knows."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.billing.services import payments_compare, payments_push


class Command(BaseCommand):
    help = (
        "Tell the payment provider of new, void and otherwise paid invoices, as the schedule does "
        "every minute; --compare prints where it knows something else than we do, and fails then. "
        "Example: python manage.py payments --compare"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--compare", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["compare"]:
            self.stdout.write(f"{payments_push()} invoices told")
            return
        differences = 0
        for difference in payments_compare():
            differences += 1
            self.stdout.write(difference)
        if differences:
            raise CommandError(f"{differences} differences.")
        self.stdout.write("the provider knows the same of every invoice")
