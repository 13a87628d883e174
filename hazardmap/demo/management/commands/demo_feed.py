"""Fill the demonstration's map."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.demo.accounts import NotADemo, demo_accounts
from hazardmap.demo.feed import FeedFailed, feed, is_enough, wait_until_enough
from hazardmap.inference.services.demo_drive import RoadsError
from hazardmap.settings.env import ENV

TIMEOUT_S = 300.0


class Command(BaseCommand):
    help = (
        "Send demo frames through the upload endpoint, unless the map already shows published "
        "hazards, and wait until it does. Example: python manage.py demo_feed"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", action="store_true", help="even if the map is filled")
        parser.add_argument("--url", default=f"http://{ENV.host}:{ENV.port}")

    def handle(self, *args: Any, **options: Any) -> None:
        if is_enough() and not options["again"]:
            self.stdout.write("the map is filled already")
            return
        try:
            outcomes = feed(url=options["url"], accounts=demo_accounts())
        except (FeedFailed, NotADemo, RoadsError, OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        if not wait_until_enough(timeout_s=TIMEOUT_S):
            raise CommandError(f"The map was not filled within {TIMEOUT_S:.0f} s.")
        self.stdout.write(f"{len(outcomes)} frames sent, the map is filled")
