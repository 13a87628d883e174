"""The phone finds out by itself what lies ahead: by the same law as the server, case by case."""

import json
import math
import random
from pathlib import Path

import pytest

from hazardmap.core.geometry.ahead import Ahead
from hazardmap.core.geometry.geodesy import moved

CASES = Path(__file__).resolve().parents[2] / "frontend/test/ahead.cases.json"
PLACES = [(24.94, 60.17), (-3.7, 40.4), (179.999, -17.7), (0.0, 0.0), (-70.0, 78.0)]


def made():
    """Wedges and places around them, each with what the server says (null where not ahead)."""
    chance = random.Random(6)
    cases = []
    for index in range(60):
        lon, lat = PLACES[index % len(PLACES)]
        view = {
            "lon": lon,
            "lat": lat,
            "heading_deg": round(chance.uniform(0, 360), 1),
            "reach_m": chance.choice([400, 2000, 20000]),
            "corridor_m": chance.choice([10, 30, 50]),
            "spread_deg": chance.choice([0, 10, 15]),
        }
        towards = view["heading_deg"] + chance.uniform(-25, 25)
        away_m = chance.uniform(0.1, 1.1) * view["reach_m"]
        to_lon, to_lat, _ = moved(lon, lat, towards, away_m)
        place = {"lon": round(to_lon, 7), "lat": round(to_lat, 7)}
        distance, offset = Ahead(**view).found([place["lon"]], [place["lat"]])
        told = None
        if math.isfinite(distance[0]):
            told = {"distance_m": round(distance[0], 2), "offset_m": round(offset[0], 2)}
        cases.append({"view": view, "place": place, "met": told})
    return cases


def test_the_cases_of_the_frontend_are_what_the_server_says():
    kept = json.loads(CASES.read_text())
    assert sum(case["met"] is not None for case in kept) > 15
    for case, expected in zip(kept, made(), strict=True):
        assert case["view"] == expected["view"]
        assert case["place"] == pytest.approx(expected["place"])
        assert case["met"] == (expected["met"] and pytest.approx(expected["met"], abs=0.02))
