"""Reads tiles of the densest town, one after the other, until it is told to stop.

A process of its own beside the one that changes the map. A line on the standard input ends it; then
it prints the median of the milliseconds that a tile took by the clock.
"""

import itertools
import os
import select
import statistics
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
django.setup()

from django.db import connection

from tests.bench.tiles.country import DENSEST
from tests.tile_reading import tile_at
from tiles.building import build_in_time

ZOOMS = (6, 8, 10, 11, 13, 14, 15)


def main() -> None:
    connection.settings_dict["NAME"] = sys.argv[1]
    took_ms = []
    for zoom in itertools.cycle(ZOOMS):
        begin = time.perf_counter()
        build_in_time("hazards", tile_at(*DENSEST, zoom))
        took_ms.append(1000 * (time.perf_counter() - begin))
        time.sleep(0.01)  # as somebody who asks, not as a load
        if select.select([sys.stdin], [], [], 0)[0]:
            break
    print(statistics.median(took_ms))


if __name__ == "__main__":
    main()
