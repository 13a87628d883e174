"""Load the streets of the background map."""

from itertools import islice
from pathlib import Path
from typing import Any

from django.contrib.gis.geos import GEOSException, LineString
from django.db import transaction

from hazardmap.hazards.road_file import features
from hazardmap.hazards.road_models import Road

BATCH = 2000
MAX_LAT_DEG = 85.06
MAX_OSM_ID = 2**63 - 1


class RoadsUnreadable(Exception):
    """The message says in one sentence what is wrong with the file."""


@transaction.atomic
def roads_load(*, path: Path) -> int:
    """Put the streets of a GeoJSON file in, over those of the same OpenStreetMap id; how many.

    The features are lines with the properties osm_id, name and highway, as ogr2ogr writes them.
    Raises RoadsUnreadable; then nothing has changed.
    """
    count = 0
    try:
        found = (road for road in map(_road, features(path)) if road is not None)
        while roads := {road.osm_id: road for road in islice(found, BATCH)}:
            Road.objects.bulk_create(
                roads.values(),
                update_conflicts=True,
                unique_fields=["osm_id"],
                update_fields=["name", "highway", "line"],
            )
            count += len(roads)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, GEOSException) as error:
        raise RoadsUnreadable(f"{path} cannot be read as streets: {error!r}") from error
    return count


def _on_map(line: LineString) -> bool:
    return all(abs(lon) <= 180 and abs(lat) <= MAX_LAT_DEG for lon, lat, *_ in line.coords)


def _road(feature: dict[str, Any]) -> Road | None:
    properties = feature["properties"]
    if feature["geometry"]["type"] != "LineString" or not properties.get("highway"):
        return None
    line = LineString(feature["geometry"]["coordinates"], srid=4326)
    if line.empty or not _on_map(line):
        raise ValueError("a street lies outside of the map, which ends at 85° of latitude")
    line.transform(3857)
    return Road(
        osm_id=_osm_id(properties["osm_id"]),
        name=(properties.get("name") or "")[:200],
        highway=properties["highway"][:40],
        line=line,
    )


def _osm_id(value: Any) -> int:
    number = int(value)
    if abs(number) > MAX_OSM_ID:
        raise ValueError(f"not an id of OpenStreetMap: {value}")
    return number
