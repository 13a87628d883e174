"""Load the streets of the background map."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.hazards.services import RoadsUnreadable
from tiles.roads import roads_replace


class Command(BaseCommand):
    help = (
        "Load streets from GeoJSON lines with the properties osm_id, name and highway, as "
        "`ogr2ogr -f GeoJSON roads.geojson extract.osm.pbf lines` writes them; streets that are "
        "there already are replaced. Example: python manage.py load_roads var/assets/roads.geojson"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = roads_replace(path=options["path"])
        except RoadsUnreadable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} streets loaded")
