"""The drive benchmark's counting, on a made-up street whose truth is known."""

from typing import Any

import pytest

from hazardmap.core.geometry.geodesy import moved
from tests.bench.drive.scoring import Score, Shown, mistakes, score
from tests.scenes import HELSINKI


def place(north_m: float, east_m: float = 0.0) -> tuple[float, float]:
    lon, lat, _ = moved(*HELSINKI, 0.0, north_m)
    return moved(lon, lat, 90.0, east_m)[:2]


def thing(number: int, kind: str, north_m: float) -> dict[str, Any]:
    lon, lat = place(north_m)
    return {"id": number, "kind": kind, "lon": lon, "lat": lat, "height_m": 1.0}


def drive(*seen: tuple[int, float], length_m: float = 500.0) -> dict[str, Any]:
    """A camera that drives north; of what it sees: id and distance."""
    boxes = [{"object": number, "distance_m": distance_m} for number, distance_m in seen]
    ends = [dict(zip(("lon", "lat"), place(m), strict=True)) for m in (0.0, length_m)]
    return {"frames": [ends[0] | {"boxes": boxes}, ends[1] | {"boxes": []}]}


def hazard(kind: str, north_m: float, east_m: float = 0.0, *, published: bool = True) -> Shown:
    return Shown(kind, *place(north_m, east_m), published)


STREET = {
    "objects": [
        thing(1, "cone", 100),
        thing(2, "drum", 150),
        thing(3, "cat", 200),
        thing(4, "cone", 400),
    ],
    "drives": [drive((1, 12.0), (2, 39.9), (4, 41.0)), drive((1, 50.0), (3, 20.0))],
}


def test_a_perfect_map_scores_full_marks():
    shown = [hazard("cone", 100), hazard("drum", 150), hazard("cat", 200), hazard("cone", 400)]
    found = score(STREET, shown)
    assert found == Score(3, 3, 3, 3, km=found.km)
    assert mistakes(STREET, shown) == []
    assert (found.recall, found.false_per_km) == (1.0, 0.0)
    assert found.km == pytest.approx(1.0, rel=1e-3), "both cameras drive half a kilometre"


def test_an_empty_map_finds_nothing_and_invents_nothing():
    found = score(STREET, [])
    assert (found.objects, found.found, found.false) == (3, 0, 0)
    assert mistakes(STREET, []) == ["missed: cone", "missed: drum", "missed: cat"]


def test_what_was_only_seen_from_afar_is_neither_asked_for_nor_false():
    found = score(STREET, [hazard("cone", 400)])
    assert (found.objects, found.found, found.false) == (3, 0, 0)


@pytest.mark.parametrize(
    ("shown", "found", "named", "false"),
    [
        (hazard("cone", 100, 9.0), 1, 1, 0),
        (hazard("cone", 100, 11.0), 0, 0, 1),  # too far off
        (hazard("drum", 100), 1, 0, 0),  # the map takes a drum for a cone
        (hazard("dog", 200), 1, 0, 0),  # one animal for another
        (hazard("cow", 100), 0, 0, 1),  # but never a cow for a cone
        (hazard("pothole", 250), 0, 0, 1),
    ],
)
def test_one_hazard_is_right_by_place_and_kind(shown, found, named, false):
    result = score(STREET, [shown])
    assert (result.found, result.named, result.false) == (found, named, false)


def test_a_second_hazard_for_the_same_thing_is_false_and_the_closer_one_counts():
    near, far = hazard("cone", 101, published=False), hazard("cone", 105)
    result = score(STREET, [far, near])
    assert (result.found, result.published, result.false, result.false_published) == (1, 0, 1, 1)
    assert "false: cone, published, 5.0 m from a cone" in mistakes(STREET, [far, near])


def test_scores_of_streets_add_up():
    one = score(STREET, [hazard("cone", 100), hazard("bird", 300)])
    both = one + one
    assert both == Score(6, 2, 2, 2, 2, 2, both.km)
    assert both.recall == pytest.approx(1 / 3)
    assert both.false_per_km == pytest.approx(1.0, rel=1e-3)
