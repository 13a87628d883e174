"""Give the contributors their share of a month."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hazardmap.closing.month_share import Outcome, held_share, month_share
from hazardmap.core.selling.pricing.money import written
from hazardmap.platform import arguments


class Command(BaseCommand):
    help = (
        "Set aside the contributors' share of a month's finalised invoices and, two weeks after "
        "its end and of those that are paid, divide it by the evidence behind the hazards that "
        "were delivered; what void invoices had given is taken back. Safe to call again; a line "
        "that fails keeps no other waiting; what is paid later is divided by the schedule. Without "
        "a month: what the schedule does nightly, for all months in which something waits for it. "
        "Example: python manage.py share_month 2026-10"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", nargs="?", metavar="YYYY-MM", type=arguments.month)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["month"] is None:
            self.stdout.write(f"{held_share(timezone.now())} lines divided, corrected, taken back")
            return
        lines = failed = 0
        for share, outcome in month_share(options["month"], timezone.now()):
            lines += 1
            failed += outcome is Outcome.FAILED
            amount = written(share.amount_micro, share.currency)
            self.stdout.write(f"{share.line_id}  {share.meter:<10} {amount:>20}  {outcome}")
        self.stdout.write(f"{lines} lines")
        if failed:
            raise CommandError(f"{failed} of {lines} lines failed: the log says why.")
