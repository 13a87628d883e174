"""A street with houses, scenery and hazards at their true places."""

from dataclasses import dataclass

import numpy as np

from detection.render import catalogue
from detection.render.facade import House, houses
from detection.render.objects.horse import horse
from detection.render.objects.quadruped import deer
from detection.render.roads import Section
from detection.render.roadside import Standing, roadside
from detection.render.solid import Shape
from detection.render.street import Street

DEFAULT_OBJECTS = 18
_FIRST_M = 24.0
_LAST_M = 12.0

# What stands along the street: kind in the catalogue, and the sorts that anyone knows at sight.
_SORTS = {
    "cone": ("cone", ("cone",)),
    "drum": ("drum_barrel", ("drum",)),
    "barrier": ("barrier", ("type_three", "a_frame")),
    "roadwork_sign": ("roadwork_sign", ("diamond_sign", "triangle_sign")),
    "debris": ("debris", ("tyre", "carton", "planks")),
    "pothole": ("pothole", ("pothole",)),
}
_ORDER = ("roadwork_sign", "barrier", "cone", "drum", "debris", "pothole", "cone", "drum", "cone")
_ANIMALS = {"horse": horse, "deer": deer}
# The way of a car that drives in the middle of its lane, metres right of the centre line.
_CAR_LEFT_M, _CAR_RIGHT_M = 0.6, 2.8


@dataclass(frozen=True)
class Thing:
    """A hazard at its true place. number: from 1 on. height_m: 0 for what is flat."""

    number: int
    kind: str
    along_m: float
    right_m: float
    height_m: float
    shape: Shape


@dataclass(frozen=True)
class Scene:
    """Everything that stands still while the drives pass by."""

    street: Street
    things: tuple[Thing, ...]
    scenery: tuple[Standing, ...]
    houses: tuple[House, ...]


def make_scene(section: Section, objects: int, seed: int) -> Scene:
    """The scene of a seed. objects: how many hazards, every other one an animal."""
    rng = np.random.default_rng([seed, 2])
    street = Street(section, lane_m=3.4, kerb_m=5.7, wall_m=float(rng.uniform(8.6, 10.5)))
    things = _things(street, objects, rng)
    clear = [(thing.along_m, thing.right_m) for thing in things]
    return Scene(street, things, roadside(street, clear, rng), houses(street, rng))


def _things(street: Street, objects: int, rng: np.random.Generator) -> tuple[Thing, ...]:
    """Hazards at even distances, the animals spread among the others."""
    kinds = _kinds(objects)
    gap = (street.section.length_m - _FIRST_M - _LAST_M) / max(len(kinds) - 1, 1)
    things = []
    for i, kind in enumerate(kinds):
        along = _FIRST_M + i * gap + float(rng.uniform(-0.15, 0.15)) * gap
        shape = _made(kind, rng)
        height = float(shape.points[:, 2].max())
        right = _beside_the_car(kind, shape, rng)
        things.append(Thing(i + 1, kind, along, right, 0.0 if kind == "pothole" else height, shape))
    return tuple(things)


def _kinds(objects: int) -> list[str]:
    """The kinds in order of place, every other one no animal."""
    sorts = tuple(_ANIMALS)
    animals = [sorts[i % len(sorts)] for i in range((objects + 1) // 2)]
    others = [_ORDER[i % len(_ORDER)] for i in range(objects // 2)]
    return [(others if i % 2 else animals)[i // 2] for i in range(objects)]


def _made(kind: str, rng: np.random.Generator) -> Shape:
    if kind in _ANIMALS:
        return _ANIMALS[kind](rng)
    group, sorts = _SORTS[kind]
    return catalogue.make(group, rng, variant=sorts[int(rng.integers(len(sorts)))])


def _beside_the_car(kind: str, shape: Shape, rng: np.random.Generator) -> float:
    """Metres right of the centre line where a thing of its width is clear of the car."""
    gap_m = float(rng.uniform(0.05, 0.35))
    if kind == "roadwork_sign" or rng.random() < 0.4:
        return _CAR_RIGHT_M + gap_m - float(shape.points[:, 0].min())
    return _CAR_LEFT_M - gap_m - float(shape.points[:, 0].max())
