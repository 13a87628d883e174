"""A straight street, made up for the tests."""

import json
from pathlib import Path

START = (24.94, 60.17)


def write_roads(path: Path) -> Path:
    """Two ways that follow each other for about 560 m northwards, and a short side street."""
    lon, lat = START
    way = {"highway": "residential", "name": "Test Street", "other_tags": '"lanes"=>"2"'}
    lines = [
        ("1", way, [(lon, lat), (lon, lat + 0.0012), (lon + 0.0001, lat + 0.0025)]),
        ("2", way, [(lon + 0.0001, lat + 0.0025), (lon + 0.0002, lat + 0.005)]),
        ("3", {**way, "name": "Side"}, [(lon, lat + 0.0012), (lon + 0.001, lat + 0.0012)]),
        ("4", {**way, "highway": "footway"}, [(lon, lat), (lon, lat + 0.009)]),
    ]
    features = [
        {
            "type": "Feature",
            "properties": {"osm_id": osm_id, **properties},
            "geometry": {"type": "LineString", "coordinates": coordinates},
        }
        for osm_id, properties, coordinates in lines
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path
