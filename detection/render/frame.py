"""One picture of a scene from one place, and the boxes of what is really seen in it."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from detection.render.backdrop import Backdrop
from detection.render.camera import Camera, View
from detection.render.canvas import Canvas
from detection.render.facade import roofs
from detection.render.ground import Ground, Look
from detection.render.scene import Scene
from detection.render.shadow import cast
from detection.render.solid import Shape
from detection.render.street import Floats32
from detection.render.weather import Conditions, Lens

HOUSES_SEEN_M = 200.0
SEEN_M = 110.0
SHADOWS_SEEN_M = 60.0
SMALLEST_PX = 8
LEAST_SHARE = 0.25


@dataclass(frozen=True)
class Box:
    """What is seen of a hazard. x, y, width, height: shares of the picture from its top left.

    visible: share of its pixels within the picture that nothing hides.
    """

    number: int
    kind: str
    x: float
    y: float
    width: float
    height: float
    visible: float
    distance_m: float


@dataclass(frozen=True)
class Item:
    """A thing at its place. along_m: of its far end. owner: 0 for scenery."""

    shape: Shape
    along_m: float
    east_m: float
    north_m: float
    owner: int
    in_sun: float
    casts: bool


class Studio:
    """A scene in one weather before one camera."""

    def __init__(self, scene: Scene, camera: Camera, conditions: Conditions, seed: int) -> None:
        rng = np.random.default_rng([seed, 3])
        self.scene, self.camera, self.conditions = scene, camera, conditions
        length = int(scene.street.section.length_m) + 200
        look = Look(
            asphalt=float(rng.uniform(0.24, 0.34)),
            paving=(0.50, 0.49, 0.47),
            crossings_m=tuple(float(s) for s in np.arange(rng.uniform(30, 70), length, 95)),
            roof_left_m=roofs(scene.houses, -1, length),
            roof_right_m=roofs(scene.houses, 1, length),
        )
        self._ground = Ground(scene.street, look, camera, conditions, rng)
        self._backdrop = Backdrop(camera, conditions, rng)
        self._items = [*self._houses(), *self._standing()]
        self._lens = Lens(conditions, rng, (camera.height_px, camera.width_px))

    def shoot(
        self, view: View, along_m: float, rng: np.random.Generator
    ) -> tuple[Floats32, list[Box]]:
        """The picture (h, w, 3) 0..1 from a view at that place of the street, and its boxes."""
        canvas = self.empty(view)
        near = self.near(view, along_m)
        for distance, item in near:
            if item.casts and distance < SHADOWS_SEEN_M:
                sun = item.in_sun * self.conditions.sun if item.in_sun > 0.3 else 0.0
                cast(canvas, item.shape, sun)
        whole: dict[int, int] = {}
        for _, item in near:
            pixels = canvas.paint(item.shape, owner=item.owner, in_sun=item.in_sun)
            if item.owner:
                whole[item.owner] = pixels
        return self._lens.apply(canvas.rgb, rng), self._boxes(canvas, whole)

    def empty(self, view: View) -> Canvas:
        """Sky and ground, and nothing that stands."""
        canvas = Canvas(view, self.conditions.light, self._backdrop.render(view))
        self._ground.render(view, canvas.rgb)
        return canvas

    def near(self, view: View, along_m: float) -> list[tuple[float, Item]]:
        """What stands within sight, from far to near: (distance in metres, thing) each."""
        near = [
            (float(np.hypot(item.east_m - view.east_m, item.north_m - view.north_m)), item)
            for item in self._items
            if -8 < item.along_m - along_m < (HOUSES_SEEN_M if not item.casts else SEEN_M)
        ]
        return sorted(near, key=lambda pair: -pair[0])

    def _standing(self) -> Iterator[Item]:
        """Scenery and hazards at their places."""
        street = self.scene.street
        places = [(s.along_m, s.right_m, s.ahead, 0, s.shape) for s in self.scene.scenery]
        places += [(t.along_m, t.right_m, True, t.number, t.shape) for t in self.scene.things]
        for along, right, ahead, owner, shape in places:
            east, north = street.at(along, right)
            heading = street.heading_deg(along) + (0 if ahead else 180)
            sun = self._ground.sunlit(np.array([[along]]), np.array([[right]]))
            placed = shape.placed(east, north, heading)
            yield Item(placed, along, east, north, owner, float(sun[0, 0]), True)

    def _houses(self) -> Iterator[Item]:
        """House fronts, sorted a little farther than what stands before them."""
        for house in self.scene.houses:
            middle = (house.from_m + house.to_m) / 2
            east, north = self.scene.street.at(middle, house.side * (self.scene.street.wall_m + 4))
            shape = house.shape(self.scene.street)
            yield Item(shape, house.to_m, east, north, 0, 0.9, False)

    def _boxes(self, canvas: Canvas, whole: dict[int, int]) -> list[Box]:
        boxes = []
        height, width = canvas.owner.shape
        for thing in self.scene.things:
            seen = canvas.box(thing.number) if whole.get(thing.number) else None
            if seen is None:
                continue
            left, top, right, bottom, pixels = seen
            share = pixels / whole[thing.number]
            if bottom - top < SMALLEST_PX or share < LEAST_SHARE:
                continue
            east, north = self.scene.street.at(thing.along_m, thing.right_m)
            distance = float(np.hypot(east - canvas.view.east_m, north - canvas.view.north_m))
            boxes.append(
                Box(
                    thing.number,
                    thing.kind,
                    left / width,
                    top / height,
                    (right - left) / width,
                    (bottom - top) / height,
                    min(share, 1.0),
                    distance,
                )
            )
        return boxes
