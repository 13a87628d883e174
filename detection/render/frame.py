"""One picture of a scene from one place, and the boxes of what is really seen in it."""

from dataclasses import dataclass

import cv2
import numpy as np

from detection.render.backdrop import Backdrop
from detection.render.camera import Camera, Floats, View
from detection.render.canvas import Canvas
from detection.render.facade import roofs
from detection.render.ground import Ground, Look
from detection.render.scene import Scene
from detection.render.solid import Shape
from detection.render.street import Floats32
from detection.render.weather import Conditions, Lens

SEEN_M = 170.0
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
class _Item:
    shape: Shape
    distance_m: float
    owner: int
    east_m: float
    north_m: float
    in_sun: float


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
        self._ground = Ground(scene.street, look, conditions, rng)
        self._backdrop = Backdrop(camera, conditions, rng)
        self._lens = Lens(conditions, rng, (camera.height_px, camera.width_px))

    def shoot(self, view: View, along_m: float, rng: np.random.Generator) -> tuple[Floats32, list[Box]]:
        """The picture (h, w, 3) 0..1 from a view at that place of the street, and its boxes."""
        canvas = Canvas(view, self.conditions.light, self._backdrop.render(view))
        self._ground.render(view, canvas.rgb)
        standing = self._items(view, along_m)
        for house in self.scene.houses:
            if along_m - 20 < house.to_m and house.from_m < along_m + SEEN_M:
                centre = self.scene.street.at((house.from_m + house.to_m) / 2, 0)
                distance = float(np.hypot(centre[0] - view.east_m, centre[1] - view.north_m))
                shape = Shape((), (house.board(self.scene.street),))
                standing.append(_Item(shape, distance + 6, 0, 0, 0, 0.8))
        standing.sort(key=lambda item: -item.distance_m)
        for item in standing:
            self._shadow(canvas, item)
        whole: dict[int, int] = {}
        for item in standing:
            pixels = canvas.paint(item.shape, owner=item.owner, in_sun=item.in_sun)
            if item.owner:
                whole[item.owner] = pixels
        return self._lens.apply(canvas.rgb, rng), self._boxes(canvas, whole)

    def _items(self, view: View, along_m: float) -> list[_Item]:
        street = self.scene.street
        places = [(s.along_m, s.right_m, 0, s) for s in self.scene.scenery]
        places += [(t.along_m, t.right_m, t.number, t) for t in self.scene.things]  # type: ignore[misc]
        items = []
        for along, right, owner, what in places:
            if not along_m - 6 < along < along_m + SEEN_M:
                continue
            east, north = street.at(along, right)
            turn = 0.0 if getattr(what, "ahead", True) else 180.0
            shape = what.shape.placed(east, north, street.heading_deg(along) + turn)
            sun = self._ground.sunlit(np.float32([[along]]), np.float32([[right]]))
            distance = float(np.hypot(east - view.east_m, north - view.north_m))
            items.append(_Item(shape, distance, owner, east, north, float(sun[0, 0])))
        return items

    def _shadow(self, canvas: Canvas, item: _Item) -> None:
        """A dark contact on the ground, and a cast shadow where the sun reaches."""
        if item.distance_m > 70 or not (item.east_m or item.north_m):
            return
        points = item.shape.points()
        height = float(points[:, 2].max())
        if height < 0.05:
            return
        low = points[points[:, 2] < 0.4][:, :2]
        grown = _grown(low, 0.08 + 0.04 * min(height, 1.5))
        canvas.shadow(grown, 0.55, 0.07 + 0.04 * min(height, 1.5))
        sun = self.conditions.light.sun_from
        if item.in_sun > 0.3 and self.conditions.sun > 0 and height < 3:
            cast = points[:, :2] - points[:, 2:] * (sun[:2] / sun[2])
            canvas.shadow(cast, 0.5 * item.in_sun * self.conditions.sun, 0.04)

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
                    thing.number, thing.kind, left / width, top / height,
                    (right - left) / width, (bottom - top) / height, min(share, 1.0), distance,
                )  # fmt: skip
            )
        return boxes


def _grown(points: Floats, margin_m: float) -> Floats:
    """The corners of a hull moved outwards by a margin."""
    hull = cv2.convexHull(points.astype(np.float32))[:, 0].astype(np.float64)
    centre = hull.mean(axis=0)
    away = hull - centre
    return np.asarray(hull + away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6) * margin_m)
