"""Write the whole map into one file: `manage.py export_tiles`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tiles.archive import Busy
from tiles.export import export


class Command(BaseCommand):
    help = (
        "Write all tiles of the map (hazards, work zones, coverage) into one PMTiles archive, "
        "which is then served at /tiles/v1/hazardmap.pmtiles. The old one stays until the new one "
        "is complete; a stopped run is started again. The schedule does it every night. "
        "Example: python manage.py export_tiles"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            for done, number in export():
                self.stdout.write(f"{done} of {number} tiles", ending="\r")
        except Busy:
            raise CommandError("Another process is writing the archive.") from None
        except OSError as error:
            raise CommandError(f"The archive cannot be written: {error}.") from error
        self.stdout.write(f"{number} tiles are in {settings.TILE_EXPORT}")
