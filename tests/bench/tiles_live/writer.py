"""Changes the map at a steady rate, and now and then puts a hazard where there is none.

A process of its own beside the site. Each new hazard is a line on the standard output, when it is
committed: {"id", "lon", "lat", "cells": {zoom: feature id}, "at": seconds of the machine's clock}.
"""

import argparse
import itertools
import json
import os
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
django.setup()

import h3.api.basic_int as h3
from django.db import transaction

from hazardmap.core.fusion.hazard import Change
from hazardmap.core.geometry.grid import cell, feature_id, res_for_zoom
from hazardmap.hazards.services import cells_rebuild
from hazardmap.hazards.services.events_write import events_write
from tests.bench.tiles import changes, country
from tests.map_scene import on_map
from tiles.rebuild import rebuild

EVERY_S = 0.2
NORTHERNMOST_DEG = 70.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hazards", type=int, required=True)
    parser.add_argument("--changes", type=float, required=True, help="a second")
    parser.add_argument("--probe-every", type=float, required=True, metavar="SECONDS")
    given = parser.parse_args()
    country.fill(given.hazards)
    for _ in (*cells_rebuild(), *rebuild()):
        pass
    print(json.dumps({"ready": True}), flush=True)
    count = round(given.changes * EVERY_S)
    per_probe = round(given.probe_every / EVERY_S)
    places = itertools.cycle(_places())
    begin = time.monotonic()
    for step in itertools.count():
        changes.put(count)
        if step % per_probe == 0:
            _probe(*next(places))
        time.sleep(max(0.0, begin + (step + 1) * EVERY_S - time.monotonic()))


def _places() -> list[tuple[float, float]]:
    """The middles of cells of resolution 2, each of which holds nothing else at any zoom."""
    cells = sorted(h3.uncompact_cells(h3.get_res0_cells(), 2), key=lambda one: one * 7919 % 10007)
    middles = [h3.cell_to_latlng(one)[::-1] for one in cells]
    return [
        (lon, lat)
        for lon, lat in middles
        if abs(lat) < NORTHERNMOST_DEG
        and not (country.WEST - 5 < lon < country.EAST + 5 and lat > country.SOUTH - 5)
    ]


def _probe(lon: float, lat: float) -> None:
    with transaction.atomic():
        [hazard] = on_map((lon, lat))
        events_write([(Change.APPEARED, hazard)])
    at = time.monotonic()
    cells = {
        zoom: feature_id(cell(lon, lat, res))
        for zoom in range(12)
        if (res := res_for_zoom(zoom)) is not None
    }
    said = {"id": str(hazard.id), "lon": lon, "lat": lat, "cells": cells, "at": at}
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
