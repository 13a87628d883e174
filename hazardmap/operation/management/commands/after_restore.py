"""Bring everything outside the database in line with an older dump: `manage.py after_restore`."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hazardmap.billing.services import numbers_raise
from hazardmap.capture.services import copies_sweep, copies_without_frame
from hazardmap.hazards.services.cursors_raise import cursors_raise
from hazardmap.platform.partitions import make_partitions
from tiles.restored import tiles_forget

# Nothing runs while a dump is restored, but for a worker that is just ending.
MIN_AGE = timedelta(minutes=10)


class Command(BaseCommand):
    help = (
        "To be run once after a dump of the database has been restored, before the site is "
        "started: raises the cursors of the change feed, so that clients notice that they know "
        "changes which were lost, and the numbers of invoices, so that none is given again; "
        "forgets built tiles and their archive; deletes blurred pictures that no frame has; makes "
        "the partitions that an old dump lacks. May be repeated. "
        "docs/operation.md says what it cannot do. "
        "Example: python manage.py after_restore --dry-run; then python manage.py after_restore"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="list the pictures, do nothing")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            paths = list(copies_without_frame(MIN_AGE))
            for path in paths:
                self.stdout.write(f"would delete {path}")
            self.stdout.write(f"{len(paths)} pictures without a frame would be deleted")
            return
        if not options["yes"]:
            self._ask()
        made = make_partitions(timezone.now())
        self.stdout.write(f"{len(made)} missing partitions made")
        raised = "raised" if cursors_raise() else "are raised already"
        self.stdout.write(f"cursors of the change feed {raised}")
        for number in numbers_raise():
            self.stdout.write(f"the next invoice is {number}")
        self.stdout.write(f"{tiles_forget()} built tiles forgotten; the publisher makes them anew")
        self.stdout.write(f"{copies_sweep(min_age=MIN_AGE)} pictures without a frame deleted")

    def _ask(self) -> None:
        number = sum(1 for _ in copies_without_frame(MIN_AGE))
        question = f"{number} pictures without a frame will be deleted for good. Go on? [yes/no] "
        try:
            answer = input(question)
        except EOFError:
            answer = ""
        if answer.strip() != "yes":
            raise CommandError("Nothing was done: answer yes, or call it with --yes.")
