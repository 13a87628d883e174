"""How long from sending a frame until a fetched tile shows its hazard, over the whole real site.

Run by `make bench-frames`. Each frame is a rendered one that shows a horse, set at a place of its
own, sent one at a time; the time runs from the first byte of the upload to the answer of the tile
that holds the new hazard.
"""

import os
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import django
import httpx
import mapbox_vector_tile
from PIL import Image

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hazardmap.settings")
django.setup()

from detection.render.drive import DriveSummary, render_drive
from tests.bench import figures
from tests.stack import Stack, started, wait_for
from tests.tile_reading import tile_at

FRAMES = 40
WARM_UP = 3
ZOOM = 14
RESULTS = figures.BENCHMARKS / "up.json"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, started(Path(folder)) as stack:
        picture = _picture_with_a_horse(stack, Path(folder))
        latencies_s = [_latency_s(stack, picture, number) for number in range(FRAMES + WARM_UP)]
    counted = sorted(latencies_s[WARM_UP:])
    p95_s = statistics.quantiles(counted, n=20)[-1]
    print(f"median {statistics.median(counted):.2f} s, p95 {p95_s:.2f} s, max {counted[-1]:.2f} s")
    note = f"{FRAMES} frames one at a time, median {statistics.median(counted):.2f} s"
    row = figures.figure("frame_to_tile_p95_s", round(p95_s, 2), unit="s", note=note)
    figures.put(RESULTS, [row])


def _picture_with_a_horse(stack: Stack, folder: Path) -> Image.Image:
    """The rendered frame in which the detector is surest of a horse."""
    summary: DriveSummary = render_drive(
        roads=Path(stack.environment["HAZARDMAP_VAR"]) / "assets" / "roads.geojson",
        out=folder / "drive",
        seed=5,
        drives=1,
        start=datetime.now(UTC) - timedelta(minutes=5),
        frame_spacing_m=12.0,
    )
    paths = sorted(summary.drives[0].glob("*.jpg"))
    sent = {stack.upload(path): path for path in paths}
    waiting = "SELECT count(*) FROM capture_frame WHERE state = 'received'"
    wait_for("detection", lambda: stack.query(waiting)[0][0] == 0, timeout_s=120)
    best = stack.query(
        "SELECT view_id::text FROM hazards_observation WHERE kind = 'horse' "
        "ORDER BY score DESC LIMIT 1"
    )
    return Image.open(sent[best[0][0]]).convert("RGB")


def _latency_s(stack: Stack, picture: Image.Image, number: int) -> float:
    lon, lat = 5.0 + number * 0.1, 45.0  # each in a tile of its own
    path = Path(stack.environment["HAZARDMAP_VAR"]) / f"frame-{number}.jpg"
    buffer = BytesIO()
    # Another quality makes other bytes: the same ones would be the same frame.
    picture.save(buffer, "JPEG", quality=50 + number)
    path.write_bytes(buffer.getvalue())
    tile = tile_at(lon, lat, ZOOM)
    url = f"{stack.url}/tiles/v1/hazards/{tile.z}/{tile.x}/{tile.y}.mvt"
    begin = time.monotonic()
    stack.upload(path, metadata=_place(lon, lat))
    wait_for("the tile", lambda: _shows(url), timeout_s=60, every_s=0.05)
    taken_s = time.monotonic() - begin
    # The map is fused every second: another part of one each time.
    time.sleep(0.5 + number % 10 / 10)
    return taken_s


def _place(lon: float, lat: float) -> dict[str, Any]:
    return {
        "lon": lon,
        "lat": lat,
        "heading_deg": 0.0,
        "accuracy_m": 4.0,
        "captured_at": datetime.now(UTC).isoformat(),
        "provenance": "rendered",
    }


def _shows(url: str) -> bool:
    response = httpx.get(url)
    if response.status_code != 200:
        return False
    features = mapbox_vector_tile.decode(response.content)["hazards"]["features"]
    return len(features) > 0


if __name__ == "__main__":
    main()
