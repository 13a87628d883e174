"""Say how the site is: `manage.py status`."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.core.operation.condition import is_stuck
from hazardmap.operation.status import status


class Command(BaseCommand):
    help = (
        "Say how the site is, a line each: ok, late (may pass by itself) or stuck (somebody must "
        "look; docs/operation.md says at what). Fails where something is stuck, so that a timer "
        "can tell. Example: python manage.py status; for machines: python manage.py status --json"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="a list of name, verdict and said")

    def handle(self, *args: Any, **options: Any) -> None:
        lines = status()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(line) for line in lines], indent=2))
        else:
            for line in lines:
                self.stdout.write(f"{line.verdict:5}  {line.name:13}  {line.said}")
        if is_stuck(lines):
            raise CommandError("Something is stuck.")
