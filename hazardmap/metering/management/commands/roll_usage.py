"""Sum usage by the hour."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hazardmap.metering.services import usage_roll, usage_roll_between
from hazardmap.platform import arguments


class Command(BaseCommand):
    help = (
        "Sum usage by hour, key and meter for the hours that got usage since the last time, as "
        "the schedule does all the time; with --since, every hour from that day on anew. "
        "Example: python manage.py roll_usage --since 2026-11-01"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since", metavar="YYYY-MM-DD", type=arguments.day, help="first day (UTC)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["since"] is None:
            self.stdout.write(f"{usage_roll()} hours summed")
            return
        start, end = options["since"], timezone.now()
        if start > end:
            raise CommandError(f"--since {start:%Y-%m-%d}: must not lie in the future.")
        count, hours = 0, (end - start) // timedelta(hours=1) + 1
        for count, _hour in enumerate(usage_roll_between(start, end), start=1):
            self.stdout.write(f"{count} of {hours} hours", ending="\r")
        self.stdout.write(f"{count} hours summed anew")
