"""Every drawn sort stands on the ground in a size it has on the road, and is seen in its box."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detection.render import catalogue
from detection.render.camera import Camera, View
from detection.render.canvas import Canvas, Light

CAMERA = Camera(hfov_deg=60, height_m=1.4, width_px=320, height_px=240)
VIEW = View(CAMERA, 0.0, 0.0, 0.0)
DAY = Light(np.array([0.0, -0.6, 0.8]), (0.5, 0.5, 0.5), (0.9, 0.9, 0.9), (0.9, 0.9, 0.9), 1500)
NIGHT = replace(DAY, sun=(0, 0, 0), sky=(0.03, 0.03, 0.03), haze=(0.02, 0.02, 0.02), headlights=0.5)
SORTS = [
    (kind, sort.name)
    for kind in (*catalogue.KINDS, catalogue.NEGATIVE)
    for sort in catalogue.variants(kind)
]
# Heights in metres of what stands upright, from the sizes of MUTCD 2009 part 6 and EN 13422.
HEIGHTS_M = {
    "drum": (0.85, 1.45), "cone": (0.43, 0.99), "eu_cone": (0.46, 0.81), "tube": (0.7, 1.08),
    "tall_cone": (1.0, 1.15), "type_three": (1.45, 2.2), "a_frame": (0.85, 1.55),
    "vertical_panel": (0.6, 1.8), "steel_barricade": (0.95, 1.2), "water_filled": (0.55, 1.6),
    "diamond_sign": (1.1, 4.4), "arrow_board": (2.1, 3.6), "concrete": (0.7, 1.15),
    "worker": (1.2, 2.6),
}  # fmt: skip
seeds = st.integers(0, 2**32 - 1)


def made(kind: str, name: str, seed: int):
    return catalogue.make(kind, np.random.default_rng(seed), variant=name)


def canvas(light: Light = DAY) -> Canvas:
    return Canvas(VIEW, light, np.full((240, 320, 3), 0.4, np.float32))


@pytest.mark.parametrize(("kind", "name"), SORTS)
@settings(max_examples=6, deadline=None)
@given(seed=seeds)
def test_every_sort_is_drawn_within_its_corners(kind, name, seed):
    shape = made(kind, name, seed)
    points = shape.points
    assert np.isfinite(points).all()
    assert points[:, 2].min() > -0.25, "nothing is buried"
    assert np.abs(points[:, :2]).max() < 6.5, "the origin is in the middle of the foot"
    painting = canvas()
    ahead = 6.0 + 2.0 * float(np.ptp(points, axis=0).max())
    placed = shape.placed(0.0, ahead, 0.0)
    before = painting.rgb.copy()
    painting.paint(placed, owner=1)
    corners = VIEW.project(placed.points)[0]
    box = painting.box(1)
    changed = np.argwhere(np.abs(painting.rgb - before).max(axis=2) > 0)[:, ::-1]
    assert len(changed)
    low, high = corners.min(axis=0) - 2, corners.max(axis=0) + 2
    assert (changed >= low).all()
    assert (changed <= high).all()
    assert box is None or (box[0] >= low[0] and box[3] <= high[1] + 1)
    assert np.isfinite(painting.rgb).all()


@pytest.mark.parametrize("name", HEIGHTS_M)
def test_upright_sorts_have_the_heights_of_the_manual(name):
    kind = next(k for k, n in SORTS if n == name)
    low, high = HEIGHTS_M[name]
    for seed in range(25):
        points = made(kind, name, seed).points
        assert low <= float(points[:, 2].max()) <= high


def test_a_drum_is_at_least_18_inches_wide_and_twice_as_tall_as_wide():
    for seed in range(25):
        shape = made("drum_barrel", "drum", seed)
        barrel = next(s for s in shape.solids if np.any(np.asarray(s.retro) > 0))
        right, away, up = np.ptp(barrel.faces.reshape(-1, 3), axis=0)
        assert 0.45 <= min(right, away) <= 0.7
        assert 1.3 <= up / max(right, away) <= 2.4


@given(seed=seeds)
@settings(max_examples=10, deadline=None)
def test_the_same_seed_makes_the_same_thing(seed):
    for kind in (*catalogue.KINDS, catalogue.NEGATIVE):
        first, second = (catalogue.make(kind, np.random.default_rng(seed)) for _ in range(2))
        assert np.array_equal(first.points, second.points)
        for one, other in zip(first.solids, second.solids, strict=True):
            assert np.array_equal(one.colours, other.colours)
        for one, other in zip(first.boards, second.boards, strict=True):
            assert np.array_equal(one.levels[0], other.levels[0])


def test_headlights_wake_sheeting_and_leave_plain_bodies_dark():
    seen = {}
    for name in ("plain", "sheeting"):
        shape = made("drum_barrel", "drum", 5)
        gain = 60.0 if name == "sheeting" else 0.0
        lit = replace(shape, solids=tuple(replace(s, retro=gain) for s in shape.solids))
        painting = canvas(NIGHT)
        painting.paint(lit.placed(0.0, 40.0, 0.0), owner=1)
        seen[name] = float(painting.rgb[painting.owner == 1].mean())
    assert seen["sheeting"] > 4 * seen["plain"]


def test_retroreflection_by_day_changes_nothing():
    shape = made("cone", "cone", 3)
    pictures = []
    for gain in (0.0, 80.0):
        lit = replace(shape, solids=tuple(replace(s, retro=gain) for s in shape.solids))
        painting = canvas(DAY)
        painting.paint(lit.placed(0.0, 12.0, 0.0))
        pictures.append(painting.rgb)
    assert np.array_equal(*pictures)


def test_an_unknown_kind_or_sort_is_an_error():
    rng = np.random.default_rng(1)
    with pytest.raises(KeyError):
        catalogue.make("unicorn", rng)
    with pytest.raises(KeyError):
        catalogue.make("cone", rng, variant="unicorn")


def test_flat_marks_are_told_from_what_stands():
    flat = {n for k, n in SORTS if k == "negative" and catalogue.is_flat(made(k, n, 1))}
    assert flat == {"manhole", "patch", "puddle", "dark_blotch", "leaves", "paint_mark"}
