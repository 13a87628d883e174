"""Reading a country's streets takes no more memory than a few of them have."""

import json
import tracemalloc
from pathlib import Path

import pytest

from hazardmap.hazards import road_file


def feature(number: int) -> dict[str, object]:
    return {"id": number, "geometry": {"coordinates": [[number / 7, k / 7] for k in range(99)]}}


def test_features_are_read_one_by_one_as_ogr2ogr_writes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(road_file, "_READ_AT_ONCE", 10_000)
    path = tmp_path / "country.geojson"
    lines = ",\n".join(json.dumps(feature(number)) for number in range(500))
    path.write_text(f'{{\n"name": "features",\n"features": [\n{lines}\n]\n}}\n')
    tracemalloc.start()
    ids = [one["id"] for one in road_file.features(path)]
    most_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert ids == list(range(500))
    assert most_bytes < path.stat().st_size / 4
