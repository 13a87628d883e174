"""Load the streets of the background map."""

import json
from pathlib import Path
from typing import Any

from django.contrib.gis.geos import LineString
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from hazardmap.hazards.models import Road

BATCH = 2000


class Command(BaseCommand):
    help = (
        "Load streets from GeoJSON lines with the properties osm_id, name and highway, as "
        "`ogr2ogr -f GeoJSON roads.geojson extract.osm.pbf lines` writes them; streets that are "
        "there already are replaced. Example: python manage.py load_roads var/assets/roads.geojson"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path)

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            features = json.loads(options["path"].read_text())["features"]
            roads = {road.osm_id: road for road in map(_road, features) if road is not None}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise CommandError(f"{options['path']} cannot be read as streets: {error!r}") from error
        Road.objects.filter(osm_id__in=roads).delete()
        Road.objects.bulk_create(roads.values(), batch_size=BATCH)
        self.stdout.write(f"{len(roads)} streets loaded")


def _road(feature: dict[str, Any]) -> Road | None:
    properties = feature["properties"]
    if feature["geometry"]["type"] != "LineString" or not properties.get("highway"):
        return None
    line = LineString(feature["geometry"]["coordinates"], srid=4326)
    line.transform(3857)
    return Road(
        osm_id=int(properties["osm_id"]),
        name=(properties.get("name") or "")[:200],
        highway=properties["highway"][:40],
        line=line,
    )
