"""What is physically there: streets, things with their lives, and phantoms.

Metres east and north of the town's south-west corner; hours since the start of the simulation.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.sim.scenario import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KINDS = ("cone", "roadwork_sign", "debris", "pothole", "animal")
# Height and its spread, width, and how far from the middle of the street, metres.
HEIGHT_M = {"cone": 0.75, "roadwork_sign": 1.6, "debris": 0.4, "pothole": 0.1, "animal": 1.0}
HEIGHT_SIGMA = {"cone": 0.1, "roadwork_sign": 0.3, "debris": 0.2, "pothole": 0.0, "animal": 0.3}
WIDTH_M = {"cone": 0.4, "roadwork_sign": 0.9, "debris": 0.6, "pothole": 0.8, "animal": 1.0}
ASIDE_M = {"cone": (1.0, 5.0), "roadwork_sign": (4.0, 6.0), "debris": (0.0, 4.0)}
ASIDE_M |= {"pothole": (0.0, 3.5), "animal": (0.0, 8.0)}
SECTION_BLOCKS = 10  # a street runs over this many blocks; a pass drives along one street
_WARM_UP_H = 24.0 * 120  # so that the first day finds things of all ages
_HOURS_A_DAY = 24.0


@dataclass(frozen=True)
class Streets:
    """Straight streets: start (n, 2), unit direction (n, 2), length (n,), and their sort."""

    start_m: Floats
    along: Floats
    length_m: Floats
    highway: NDArray[np.bool_]
    canyon: NDArray[np.bool_]

    @property
    def total_km(self) -> float:
        return float(self.length_m.sum()) / 1000.0


@dataclass(frozen=True)
class Sources:
    """Everything that is ever detected for a reason, as arrays of shape (n,), place_m (n, 2).

    kind: index into KINDS. It is there for born_h <= t < gone_h. deceives: NaN for a thing, for
    a phantom the probability that a pass takes it for one.
    """

    kind: Ints
    place_m: Floats
    street: Ints
    born_h: Floats
    gone_h: Floats
    height_m: Floats
    deceives: Floats
    group: Ints

    def exists(self, at_h: float) -> NDArray[np.bool_]:
        """Whether each is a real thing that is there at this hour, shape (n,)."""
        return np.isnan(self.deceives) & (self.born_h <= at_h) & (at_h < self.gone_h)


def streets(world: dict[str, Any], rng: np.random.Generator) -> Streets:
    """The town's streets; shares of highway and canyon are drawn street by street."""
    (columns, rows), block_m = world["grid_blocks"], float(world["block_m"])
    starts, alongs, lengths = [], [], []
    for lines, blocks, along in ((columns, rows, (0.0, 1.0)), (rows, columns, (1.0, 0.0))):
        for line in range(lines + 1):
            for first in range(0, blocks, SECTION_BLOCKS):
                here = np.array([line, first]) if along[1] else np.array([first, line])
                starts.append(here * block_m)
                alongs.append(along)
                lengths.append(min(SECTION_BLOCKS, blocks - first) * block_m)
    count = len(starts)
    return Streets(
        np.array(starts),
        np.array(alongs),
        np.array(lengths),
        _share(count, world["highway_share"], rng),
        _share(count, world["urban_canyon_share"], rng),
    )


def _share(count: int, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    chosen = np.zeros(count, bool)
    chosen[rng.permutation(count)[: round(share * count)]] = True
    return chosen


def sources(scenario: Scenario, town: Streets, days: float, rng: np.random.Generator) -> Sources:
    """Things born from long before the start until its end, and the phantoms."""
    rows: list[tuple[int, float, float, int, float, float, float, float, int]] = []
    groups = 0
    for kind, rule in scenario["kinds"].items():
        span_h = days * _HOURS_A_DAY + _WARM_UP_H
        births = rng.poisson(rule["rate"] * town.total_km * span_h / _HOURS_A_DAY)
        born_h = rng.uniform(-_WARM_UP_H, days * _HOURS_A_DAY, births)
        gone_h = born_h + _lifetimes(rule["lifetime"], births, rng)
        alive = gone_h > 0.0
        for born, gone in zip(born_h[alive], gone_h[alive], strict=True):
            rows += _group(kind, rule["group"], town, born, gone, np.nan, groups, rng)
            groups += 1
    phantoms = scenario["phantoms"]
    chance = phantoms["detect_probability_per_pass"]
    names, shares = list(phantoms["kinds"]), np.array(list(phantoms["kinds"].values()))
    for _ in range(rng.poisson(phantoms["per_street_km"] * town.total_km)):
        kind = str(rng.choice(names, p=shares / shares.sum()))
        deceives = float(rng.beta(chance["a"], chance["b"]))
        rows += _group(kind, [1, 1], town, -np.inf, np.inf, deceives, groups, rng)
        groups += 1
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    kinds, east, north, of_street, born_at, gone_at, height, deceive, group = columns
    return Sources(
        kinds,
        np.column_stack((east, north)),
        of_street,
        born_at,
        gone_at,
        height,
        deceive,
        group,
    )


def _lifetimes(rule: dict[str, Any], count: int, rng: np.random.Generator) -> Floats:
    if rule["distribution"] == "lognormal":
        return float(rule["median_h"]) * np.exp(rng.normal(0.0, rule["sigma"], count))
    return rng.exponential(rule["half_life_h"] / np.log(2.0), count)


def _group(kind, sizes, town, born, gone, deceives, group, rng):
    """One group: 4 to 12 m apart along one street, on one side of it, with one life."""
    street = int(rng.choice(len(town.length_m), p=town.length_m / town.length_m.sum()))
    size = int(rng.integers(sizes[0], sizes[1], endpoint=True))
    steps_m = np.concatenate(([0.0], np.cumsum(rng.uniform(4.0, 12.0, size - 1))))
    at_m = rng.uniform(0.0, town.length_m[street]) + steps_m
    low_m, high_m = ASIDE_M[kind]
    aside_m = rng.choice([-1.0, 1.0]) * rng.uniform(low_m, high_m)
    along = town.along[street]
    right = np.array([along[1], -along[0]])
    height_m = np.clip(rng.normal(HEIGHT_M[kind], HEIGHT_SIGMA[kind], size), 0.1, None)
    made = []
    for at, height in zip(at_m, height_m, strict=True):
        place = town.start_m[street] + along * at + right * (aside_m + rng.normal(0.0, 0.3))
        index = KINDS.index(kind)
        made.append((index, *place, street, born, gone, height, deceives, group))
    return made
