"""The main job over HTTP: frames go in, hazards come out in every shape, and the bill is right."""

import json
import math
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import mapbox_vector_tile
import pytest
from PIL import Image

from tests.stack import Stack, wait_for
from tests.tile_reading import tile_at

ZOOM = 16


def test_the_demo_is_never_empty(stack: Stack) -> None:
    """Two accounts drive down one rendered street: tile, REST answer and usage event agree."""
    assert "the map is filled" in stack.manage("demo_feed", "--again")
    wait_for("the end of detection", lambda: _waiting(stack) == 0, timeout_s=240)
    truth_file = Path(stack.environment["HAZARDMAP_VAR"]) / "demo" / "truth.json"
    truth = json.loads(truth_file.read_text())
    street = _around(truth["objects"])
    published = wait_for(
        "three published hazards", lambda: _published(stack, street, at_least=3), timeout_s=30
    )
    for feature in published:
        assert _distance_to_truth_m(feature, truth) < 15
        assert feature["properties"]["witnesses"] >= 2
        assert feature["properties"]["simulated"] is True
    lon, lat = published[0]["geometry"]["coordinates"]
    wait_for("the tile", lambda: published[0]["id"] in _ids(_tile(stack, lon, lat)), timeout_s=20)
    _assert_usage_is_counted(stack, len(published))
    assert "filled already" in stack.manage("demo_feed")


def test_a_real_animal_reaches_every_reader(stack: Stack, shared: Path) -> None:
    """A photograph of an elephant at a made-up place, with the latency of each stage."""
    picture = shared / "coco_subset" / "images" / "train" / "coco_subset_0014.jpg"
    if not picture.exists():
        picture = next((shared / "coco_subset").rglob("coco_subset_0014.jpg"))
    lon, lat = 13.7201, 45.2806
    started = time.monotonic()
    frame = stack.upload(
        picture,
        metadata={
            "lon": lon,
            "lat": lat,
            "heading_deg": 90,
            "accuracy_m": 4,
            "captured_at": datetime.now(UTC).isoformat(),
            "provenance": "position_simulated",
        },
    )
    stages = {"accepted": time.monotonic() - started}
    status = f"{stack.url}/api/v1/frames/{frame}"
    token = {"Authorization": f"Bearer {stack.accounts['device_tokens'][0]}"}
    wait_for(
        "detection",
        lambda: httpx.get(status, headers=token).json()["state"] == "detected",
        timeout_s=60,
    )
    stages["detected"] = time.monotonic() - started
    tile = wait_for("the tile", lambda: _elephants(_tile(stack, lon, lat)), timeout_s=20)
    stages["tile"] = time.monotonic() - started
    feature = _answer(stack, (lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01), published=False)
    stages["answer"] = time.monotonic() - started
    assert {item["properties"]["id"] for item in tile} <= {item["id"] for item in feature}
    assert all(not item["properties"]["published"] for item in feature), "one account is no proof"
    print({stage: round(seconds, 2) for stage, seconds in stages.items()})


def _ids(features: list[dict[str, Any]]) -> set[str]:
    return {item["properties"]["id"] for item in features}


def _elephants(features: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [item for item in features if item["properties"]["kind"] == "elephant"]


def _waiting(stack: Stack) -> int:
    waiting = stack.query("SELECT count(*) FROM capture_frame WHERE state = 'received'")[0][0]
    unfused = stack.query("SELECT count(*) FROM inference_detectionrun WHERE fused_at IS NULL")
    return int(waiting) + int(unfused[0][0])


def _around(objects: list[dict[str, Any]]) -> tuple[float, ...]:
    lons, lats = [item["lon"] for item in objects], [item["lat"] for item in objects]
    return min(lons) - 0.0005, min(lats) - 0.0005, max(lons) + 0.0005, max(lats) + 0.0005


def _published(stack: Stack, bbox: tuple[float, ...], *, at_least: int) -> list[dict[str, Any]]:
    found = _answer(stack, bbox)
    return found if len(found) >= at_least else []


def _answer(
    stack: Stack, bbox: tuple[float, ...], *, published: bool = True
) -> list[dict[str, Any]]:
    response = httpx.get(
        f"{stack.url}/api/v1/hazards",
        params={"bbox": ",".join(map(str, bbox)), "published": str(published).lower()},
        headers=stack.buyer(),
    )
    assert response.status_code == 200, response.text
    features: list[dict[str, Any]] = response.json()["features"]
    return features


def _tile(stack: Stack, lon: float, lat: float) -> list[dict[str, Any]]:
    tile = tile_at(lon, lat, ZOOM)
    response = httpx.get(f"{stack.url}/tiles/v1/hazards/{tile.z}/{tile.x}/{tile.y}.mvt")
    if response.status_code == 204:
        return []
    assert response.status_code == 200, response.text
    features: list[dict[str, Any]] = mapbox_vector_tile.decode(response.content)["hazards"][
        "features"
    ]
    return features


def _distance_to_truth_m(feature: dict[str, Any], truth: dict[str, Any]) -> float:
    lon, lat = feature["geometry"]["coordinates"]
    return min(
        math.hypot(
            (lon - item["lon"]) * 111_320 * math.cos(math.radians(lat)),
            (lat - item["lat"]) * 111_320,
        )
        for item in truth["objects"]
    )


def _assert_usage_is_counted(stack: Stack, last_answer: int) -> None:
    """Every hazard of every answer so far is one unit, and the last answer's are the newest."""

    def newest() -> int:
        rows = stack.query("SELECT quantity FROM metering_usageevent ORDER BY id DESC LIMIT 1")
        return int(rows[0][0]) if rows else 0

    wait_for("the usage event", lambda: newest() == last_answer, timeout_s=15)


@pytest.mark.parametrize(
    ("metadata", "field"),
    [
        ({"lat": 60.0}, "lon"),
        ({"lon": 200, "lat": 60}, "lon"),
        ({"lon": 0, "lat": 0}, "lon"),
        ({"lon": 1, "lat": 1, "captured_at": "2019-01-01T00:00:00Z"}, "captured_at"),
        ({"lon": 1, "lat": 1, "captured_at": "2999-01-01T00:00:00Z"}, "captured_at"),
        ({"lon": 1, "lat": 1, "captured_at": "now"}, "captured_at"),
        ({"lon": 1, "lat": 1, "heading_deg": 400}, "heading_deg"),
        ({"longitude": 1}, "longitude"),
    ],
)
def test_bad_input_names_field_and_rule(
    stack: Stack, tmp_path: Path, metadata: dict[str, Any], field: str
) -> None:
    path = tmp_path / "plain.jpg"
    Image.new("RGB", (64, 64)).save(path)
    response = httpx.post(
        f"{stack.url}/api/v1/frames",
        headers={"Authorization": f"Bearer {stack.accounts['device_tokens'][0]}"},
        files={"image": path.open("rb")},
        data={"metadata": json.dumps(metadata)},
    )
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert f"#/metadata/{field}" in {error["pointer"] for error in response.json()["errors"]}
