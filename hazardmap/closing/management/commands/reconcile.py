"""Check that what was served is what is billed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hazardmap.closing.reconcile import reconcile
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.platform import arguments
from hazardmap.platform.unhurried import unhurried_session


class Command(BaseCommand):
    help = (
        "Compare logs, usage events, sums by the hour and invoices of a month (this one unless "
        "given), print every difference, and fail where something was lost or billed too much. "
        "Example: python manage.py reconcile 2026-10"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", nargs="?", metavar="YYYY-MM", type=arguments.month)

    @unhurried_session()
    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        month = options["month"] or month_of(now)
        name = f"{month.start:%Y-%m}"
        wrong = 0
        for difference in reconcile(month, now):
            wrong += difference.wrong
            self.stdout.write(f"{'wrong' if difference.wrong else 'note'}: {difference.words}")
        if wrong:
            raise CommandError(f"{wrong} differences in {name}.")
        self.stdout.write(f"{name}: what was served is what is summed, and no more is billed")
