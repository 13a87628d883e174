"""Every drawn object by the class it teaches, in weighted variants.

A made thing stands on its origin in true size and faces the viewer: place it with
`shape.placed(east_m, north_m, view.heading_deg)`. Its own small turn and lean are inside.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from detection.render.objects import (
    arrow_board,
    barricade,
    car,
    car_part,
    cone,
    drum,
    fence,
    ground_mark,
    litter,
    machine,
    pothole,
    roadside_thing,
    rubble,
    work_sign,
    worker,
)  # fmt: skip
from detection.render.objects.wear import worn
from detection.render.solid import Shape

Build = Callable[[np.random.Generator], Shape]

NEGATIVE: Final = "negative"
_FLAT_M = 0.05


@dataclass(frozen=True)
class Variant:
    """One sort of a kind. weight: how often it is drawn, relative to its kind's others."""

    name: str
    weight: float
    build: Build


_TABLE: Final[Mapping[str, Mapping[Build, float]]] = MappingProxyType(
    {
        "cone": {
            cone.cone: 5, cone.tube: 3.2, cone.tall_cone: 2.2, cone.eu_cone: 0.9,
            cone.leaning_cone: 0.7, cone.fallen_cone: 0.8,
        },
        "drum_barrel": {drum.drum: 8, drum.leaning_drum: 1, drum.fallen_drum: 0.5},
        "barrier": {
            barricade.type_three: 5, barricade.a_frame: 2.5, barricade.vertical_panel: 3.5,
            barricade.beacon: 1, barricade.eu_fence: 1, barricade.board_barrier: 1,
            fence.water_filled: 2, fence.steel_barricade: 2, fence.plastic_fence: 1,
            fence.marked_concrete: 1,
        },
        "roadwork_sign": {
            work_sign.diamond_sign: 6, work_sign.plate_sign: 2, work_sign.triangle_sign: 1.2,
            work_sign.diversion_sign: 0.4, arrow_board.arrow_board: 1,
            arrow_board.message_board: 0.8,
        },
        "debris": {
            car_part.tyre: 1.5, car_part.tread: 2, litter.carton: 1.5, litter.crushed_carton: 1,
            litter.planks: 1.2, litter.ladder: 0.7, rubble.branch: 1.5, litter.bag: 1.2,
            car_part.bumper: 1, litter.bucket: 1, litter.mattress: 0.7, rubble.stones: 1.2,
            rubble.rubble: 0.8, litter.sack: 0.6, litter.pallet: 0.7, litter.tarpaulin: 1,
            litter.rope: 0.3, car_part.metal: 0.8, litter.furniture: 0.5,
        },
        "pothole": {pothole.pothole: 1, pothole.dull_pothole: 3},
        "worker": {worker.worker: 1},
        "construction_vehicle": {
            machine.excavator: 1.2, machine.loader: 1, machine.tipper: 1, machine.roller: 0.8,
            machine.attenuator_truck: 1,
        },
        NEGATIVE: {
            roadside_thing.bollard: 1.5, roadside_thing.mailbox: 0.7, roadside_thing.hydrant: 1,
            roadside_thing.bin_: 1.5, roadside_thing.delineator: 0.7, barricade.object_marker: 0.6,
            roadside_thing.ordinary_sign: 3, roadside_thing.street_lamp: 0.5,
            roadside_thing.painted_board: 3,
            roadside_thing.bush: 0.7, work_sign.sign_back: 1.2, fence.concrete: 1.2, car.car: 2,
            ground_mark.manhole: 1, ground_mark.patch: 1, ground_mark.puddle: 1,
            ground_mark.dark_blotch: 1.2, ground_mark.leaves: 0.6, ground_mark.paint_mark: 0.8,
        },
    }
)  # fmt: skip

_VARIANTS: Final[Mapping[str, tuple[Variant, ...]]] = MappingProxyType(
    {
        kind: tuple(
            Variant(build.__name__.strip("_"), weight, build) for build, weight in builds.items()
        )
        for kind, builds in _TABLE.items()
    }
)
KINDS: Final = tuple(kind for kind in _VARIANTS if kind != NEGATIVE)


def variants(kind: str) -> tuple[Variant, ...]:
    """The sorts of a kind; KeyError for a kind that is not drawn."""
    return _VARIANTS[kind]


def make(kind: str, rng: np.random.Generator, *, variant: str | None = None) -> Shape:
    """A worn thing of that kind, of a random sort or the named one (KeyError if there is none)."""
    sorts = _VARIANTS[kind]
    if variant is None:
        weights = np.array([sort.weight for sort in sorts])
        chosen = sorts[int(rng.choice(len(sorts), p=weights / weights.sum()))]
    else:
        chosen = {sort.name: sort for sort in sorts}[variant]
    return worn(chosen.build(rng), rng)


def is_flat(shape: Shape) -> bool:
    """Whether the thing lies in the road's plane, so that it throws no shadow."""
    return float(shape.points[:, 2].max()) < _FLAT_M
