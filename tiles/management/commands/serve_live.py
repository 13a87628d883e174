"""Serve the live stream: `manage.py serve_live`."""

import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.settings.env import ENV
from tiles.live.listener import PATH
from tiles.live.server import serve


class Command(BaseCommand):
    help = (
        f"Serve the changes of the map as server-sent events at {PATH}?bbox=… or ?cells=… on "
        "HAZARDMAP_HOST and HAZARDMAP_LIVE_PORT, or at a socket. Example: python manage.py "
        "serve_live, then "
        "curl -N 'http://127.0.0.1:8001/live/v1/hazards?bbox=24,60,26,61'"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--per-address", type=int, default=50, help="listeners; %(default)s")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            asyncio.run(serve(ENV.live_address, per_address=options["per_address"]))
        except OSError as error:
            raise CommandError(f"{ENV.live_address}: {error.strerror}.") from error
