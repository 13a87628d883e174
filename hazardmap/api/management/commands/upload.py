"""Send georeferenced frames and videos of drives to a server: hazardmap-upload, in a clone."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.settings.env import ENV
from hazardmap.uploader.command import ABOUT, Stopped, add_arguments, send


class Command(BaseCommand):
    help = (
        f"{ABOUT}Examples: HAZARDMAP_TOKEN=hm_dev_… python manage.py upload ~/dashcam/today; "
        "the same with /media/card, or with drive.mp4 --gpx drive.gpx --utc-offset=+02:00"
    )
    # The client needs no database and may run on a machine that has none.
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own name and type

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser, site=ENV.site)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            send(options, self.stdout.write)
        except Stopped as stopped:
            raise CommandError(str(stopped), returncode=stopped.code) from stopped
