"""Where things stand: work zones as they are laid out along a road, single hazards and clutter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from detection.drawn.road import Road
from detection.render import catalogue
from detection.render.objects.horse import horse
from detection.render.objects.quadruped import cat, cow, deer, dog
from detection.render.objects.wear import worn
from detection.render.solid import Shape

ANIMAL = "animal"
DEER = "deer"
NEGATIVE = catalogue.NEGATIVE
_ROW_BARRIERS = frozenset(
    {"vertical_panel", "beacon", "a_frame", "water_filled", "marked_concrete"}
)
_ACROSS = frozenset(
    {"type_three", "a_frame", "board_barrier", "eu_fence", "steel_barricade", "plastic_fence",
     "water_filled"}
)  # fmt: skip


@dataclass(frozen=True)
class Stand:
    """A thing of a kind at its place. turn_deg: turned away from the viewer."""

    kind: str
    shape: Shape
    right_m: float
    ahead_m: float
    turn_deg: float = 0.0


class Site:
    """Things being placed along a road."""

    def __init__(self, road: Road, rng: np.random.Generator) -> None:
        self.road, self.rng = road, rng
        self.stands: list[Stand] = []
        self.side = 1 if rng.random() < 0.6 else -1

    def make(self, kind: str, variant: str | None = None) -> Shape:
        """A thing of that kind."""
        return catalogue.make(kind, self.rng, variant=variant)

    def put(self, kind: str, right_m: float, ahead_m: float, shape: Shape | None = None) -> None:
        """Stand one there; a fresh one unless given."""
        if kind == ANIMAL:
            kind, shape = animal(self.rng)
        elif shape is None and kind not in catalogue.KINDS:
            return
        made = shape or self.make(kind)
        turn = float(self.rng.normal(0, 6))
        self.stands.append(Stand(kind, made, right_m, ahead_m, turn))

    def edge(self, side: int) -> float:
        """Where the pavement ends on that side (-1 left, 1 right)."""
        return self.road.right_m if side > 0 else self.road.left_m

    def outer_line(self, side: int) -> float:
        """The edge line on that side."""
        return self.road.lines_m[-1] if side > 0 else self.road.lines_m[0]

    def row(self, kind: str, places: list[tuple[float, float]]) -> None:
        """Things of one make along a line, a few moved, turned or missing."""
        variant = self.variant(kind, _ROW_BARRIERS)
        shapes = [self.make(kind, variant) for _ in range(min(3, len(places)))]
        for i, (right, ahead) in enumerate(places):
            if self.rng.random() < 0.95:
                off = float(self.rng.normal(0, 0.12))
                self.put(kind, right + off, ahead, shapes[i % len(shapes)])

    def variant(self, kind: str, barriers: frozenset[str]) -> str:
        """Some sort of that kind by its weight; of barriers one of the given."""
        sorts = [v for v in catalogue.variants(kind) if kind != "barrier" or v.name in barriers]
        weights = np.array([v.weight for v in sorts])
        return sorts[int(self.rng.choice(len(sorts), p=weights / weights.sum()))].name


def animal(rng: np.random.Generator) -> tuple[str, Shape]:
    """A cat, a dog, a deer, a cow or a horse, and its kind: of species only deer are one."""
    sorts = (cat, dog, deer, cow, horse)
    sort = sorts[int(rng.choice(len(sorts), p=[0.28, 0.26, 0.22, 0.12, 0.12]))]
    return DEER if sort is deer else ANIMAL, worn(sort(rng), rng)


def channeliser(rng: np.random.Generator) -> str:
    """What lanes are closed with: mostly drums, else cones or panels."""
    return str(rng.choice(["drum_barrel", "cone", "barrier"], p=[0.42, 0.35, 0.23]))


def taper(site: Site) -> None:
    """Devices from the shoulder across a lane, and on along its line."""
    rng = site.rng
    start, gap = float(rng.uniform(6, 35)), float(rng.uniform(3, 12))
    outer = site.edge(site.side) - site.side * 0.3
    lanes = site.road.lanes if site.side < 0 else site.road.lanes[::-1]
    inner = lanes[0][1] if site.side < 0 else lanes[0][0]
    count = int(rng.integers(6, 21))
    steps = int(rng.integers(2, 9))
    share = [min(i / steps, 1) for i in range(count)]
    if rng.random() < 0.3:
        share = [1.0] * count
    places = [(outer + (inner - outer) * s, start + gap * i) for i, s in enumerate(share)]
    site.row(channeliser(rng), [p for p in places if p[1] < 95])
    if rng.random() < 0.3:
        site.put("roadwork_sign", (outer + inner) / 2, start + gap * steps + 4)
    if rng.random() < 0.4:
        behind = (outer + inner) / 2
        _works(site, behind, start + gap * steps + float(rng.uniform(8, 40)))


def shoulder(site: Site) -> None:
    """Devices along the edge line of a closed shoulder."""
    rng = site.rng
    line = site.outer_line(site.side) + site.side * float(rng.uniform(0.1, 0.9))
    start, gap = float(rng.uniform(5, 30)), float(rng.uniform(2.5, 14))
    places = [(line, start + gap * i) for i in range(int(rng.integers(4, 20)))]
    site.row(channeliser(rng), [p for p in places if p[1] < 95])
    if rng.random() < 0.4:
        _works(site, site.edge(site.side) + site.side * 1.5, start + float(rng.uniform(6, 45)))


def between_lanes(site: Site) -> None:
    """Devices along any lane line, near to far."""
    rng = site.rng
    line = site.road.lines_m[int(rng.integers(len(site.road.lines_m)))]
    start, gap = float(rng.uniform(5, 20)), float(rng.uniform(2.5, 10))
    places = [(line, start + gap * i) for i in range(int(rng.integers(5, 18)))]
    site.row(channeliser(rng), [p for p in places if p[1] < 95])


def closed_lane(site: Site) -> None:
    """Barricades side by side across a lane or the shoulder, or a whole road."""
    rng = site.rng
    ahead = float(rng.uniform(8, 60))
    lanes = site.road.lanes
    left, right = lanes[int(rng.integers(len(lanes)))]
    if rng.random() < 0.3:
        left, right = sorted((site.outer_line(site.side), site.edge(site.side)))
    shape = site.make("barrier", site.variant("barrier", _ACROSS))
    width = float(np.ptp(shape.points[:, 0])) + 0.3
    count = int(np.clip(round((right - left) / width), 1, 5))
    for i in range(count):
        place = left + (i + 0.5) * (right - left) / count
        site.put("barrier", place, ahead + float(rng.normal(0, 0.3)), shape)
    if rng.random() < 0.5:
        ends = [(left, ahead - 2.0), (right, ahead - 2.0)]
        site.row(channeliser(rng), ends)
    if rng.random() < 0.35:
        site.put("roadwork_sign", (left + right) / 2, ahead - 0.8)


def signs(site: Site) -> None:
    """One or two signs beside the road."""
    rng = site.rng
    for _ in range(int(rng.choice([1, 1, 2, 3]))):
        side = 1 if rng.random() < 0.7 else -1
        beside = site.edge(side) + side * float(rng.uniform(-1.2, 2.5))
        site.put("roadwork_sign", beside, float(rng.uniform(8, 70)))


def single(site: Site) -> None:
    """One thing in or beside a lane."""
    rng = site.rng
    kind = str(rng.choice(["debris", "pothole", ANIMAL, "cone", "drum_barrel", "barrier"],
                          p=[0.42, 0.16, 0.22, 0.07, 0.06, 0.07]))  # fmt: skip
    for _ in range(int(rng.choice([1, 1, 2, 3]))):
        ahead = float(rng.uniform(4, 36 if kind in {"debris", "pothole"} else 55))
        if kind in {"debris", "pothole", ANIMAL}:
            left, right = site.road.left_m, site.road.right_m
            near = (
                float(rng.normal(0, 2.5)) if rng.random() < 0.7 else float(rng.uniform(left, right))
            )
            site.put(kind, float(np.clip(near, left, right)), ahead)
        else:
            site.put(kind, float(rng.uniform(site.road.left_m - 1, site.road.right_m + 1)), ahead)


def works(site: Site) -> None:
    """Machines and people beside the road."""
    rng = site.rng
    beside = site.edge(site.side) + site.side * float(rng.uniform(-1, 4))
    _works(site, beside, float(rng.uniform(10, 55)))


def _works(site: Site, right_m: float, ahead_m: float) -> None:
    rng = site.rng
    if rng.random() < 0.75:
        site.put("construction_vehicle", right_m, ahead_m)
    for _ in range(int(rng.choice([0, 1, 2, 3]))):
        off = float(rng.uniform(1.5, 4)) * (1 if rng.random() < 0.5 else -1)
        site.put("worker", right_m + off, max(ahead_m + float(rng.normal(-3, 5)), 6.0))


def clutter(site: Site, count: int) -> None:
    """Things that resemble hazards and are none, mostly beside the road."""
    rng = site.rng
    for _ in range(count):
        shape = catalogue.make(NEGATIVE, rng)
        ahead = float(rng.uniform(7, 65))
        if catalogue.is_flat(shape):
            right = float(rng.uniform(site.road.left_m, site.road.right_m))
        else:
            side = 1 if rng.random() < 0.6 else -1
            right = site.edge(side) + side * float(rng.uniform(0.4, 5))
        site.put(NEGATIVE, right, ahead, shape)


_LAYOUTS: tuple[tuple[Callable[[Site], None], float], ...] = (
    (taper, 0.26), (shoulder, 0.18), (between_lanes, 0.10), (closed_lane, 0.22), (signs, 0.14),
    (single, 0.16), (works, 0.14),
)  # fmt: skip
_EMPTY = 0.10
LONE: Final = 0.25


def lay_out(road: Road, rng: np.random.Generator, *, lone: float = LONE) -> list[Stand]:
    """The things of one picture; one in ten shows nothing but clutter.

    lone: share of the others in which things such as debris lie alone, beside what else there is.
    """
    site = Site(road, rng)
    clutter(site, int(rng.choice([0, 1, 2, 3, 5], p=[0.35, 0.25, 0.2, 0.12, 0.08])))
    if rng.random() < _EMPTY:
        clutter(site, int(rng.integers(1, 5)))
        return site.stands
    weights = np.array([weight for _, weight in _LAYOUTS])
    chosen = rng.choice(len(_LAYOUTS), size=int(rng.choice([1, 2, 3], p=[0.5, 0.35, 0.15])),
                        replace=False, p=weights / weights.sum())  # fmt: skip
    for i in chosen:
        _LAYOUTS[int(i)][0](site)
        site.side *= -1 if rng.random() < 0.4 else 1
    if rng.random() < 0.35:
        signs(site)
    if rng.random() < lone:
        single(site)
    return site.stands
