"""Close an organisation: `manage.py close_organisation 0192… --reason "has never paid"`."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.closing.organisation_close import ClosingRefused, MoneyOpen, organisation_close
from hazardmap.platform.this_user import this_user

OPEN = "--although-open"


class Command(BaseCommand):
    help = (
        "Close an organisation: its keys are revoked, its webhooks switched off, its subscription "
        "ends with the hour, and its members are told. What it has used is invoiced as ever. "
        f"Refused while money is open, unless {OPEN} says that it may be; the audit log keeps who "
        "did it and why. There is no way back. "
        "Example: python manage.py close_organisation 0192… --reason 'has never paid'"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("organisation", type=UUID)
        parser.add_argument("--reason", required=True, help="for the audit log, nobody is told")
        parser.add_argument(
            OPEN, action="store_true", help="close it while money is open, which stays owed"
        )
        parser.add_argument("--by", help="who closes it; default: this machine's user")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            name, left = organisation_close(
                organisation_id=options["organisation"],
                by=options["by"] or this_user(),
                reason=options["reason"],
                although_open=options["although_open"],
            )
        except MoneyOpen as refused:
            raise CommandError(f"{refused} {OPEN} closes it all the same.") from refused
        except ClosingRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{name} is closed")
        for what in left:
            self.stdout.write(what)
