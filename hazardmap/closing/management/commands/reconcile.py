"""Check that what was served is what is billed."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hazardmap.closing.reconcile import reconcile
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.platform.unhurried import unhurried_session


class Command(BaseCommand):
    help = (
        "Compare logs, usage events, sums by the hour and invoices of a month (this one unless "
        "given), print every difference, and fail where something was lost or billed too much. "
        "Example: python manage.py reconcile 2026-10"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", nargs="?", metavar="YYYY-MM")

    @unhurried_session()
    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        text = options["month"] or f"{now.astimezone(UTC):%Y-%m}"
        try:
            month = month_of(datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC))
        except ValueError as error:
            raise CommandError(f"{text}: must be a month like 2026-10.") from error
        wrong = 0
        for difference in reconcile(month, now):
            wrong += difference.wrong
            self.stdout.write(f"{'wrong' if difference.wrong else 'note'}: {difference.words}")
        if wrong:
            raise CommandError(f"{wrong} differences in {text}.")
        self.stdout.write(f"{text}: what was served is what is summed, and no more is billed")
