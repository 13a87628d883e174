"""Watch the simulated town of the fusion benchmark go by."""

import json
from importlib import import_module
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = (
        "Stream the fixed benchmark scenario: one JSON line for each pass, with what its device "
        "sent and what was true. Example: python manage.py simulate --seed 11 --days 1 --blocks 10"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=11)
        parser.add_argument("--days", type=float, default=1.0)
        parser.add_argument("--blocks", type=int, help="a smaller town of so many blocks a side")
        parser.add_argument("--liars", type=float, help="share of accounts that lie, 0..1")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sim = import_module("tests.sim.lines")
        except ModuleNotFoundError as error:
            # The simulator is test equipment: an installation without tests has no use for it.
            raise CommandError(f"This installation has no simulator: {error}") from error
        seed, days = options["seed"], options["days"]
        for line in sim.lines(seed, days, options["blocks"], options["liars"]):
            self.stdout.write(json.dumps(line, separators=(",", ":")))
