"""Drawn streets of a town as backgrounds, with parked cars, trees and lamps that hide things."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from detection.drawn.backgrounds import Ground
from detection.drawn.road import Road
from detection.render.camera import Camera, View
from detection.render.facade import houses
from detection.render.frame import Studio
from detection.render.roads import LocalFrame, Section
from detection.render.roadside import roadside
from detection.render.scene import Scene
from detection.render.street import Street
from detection.render.weather import Conditions

_STREETS = 24
_LENGTH_M = 280
_LANE_M = 3.4


def draw_town(camera: Camera, family: int, rng: np.random.Generator) -> Ground:
    """A place in one of the streets of a family; families share none."""
    number = int(rng.integers(_STREETS))
    scene = _scene(family, number)
    conditions = replace(Conditions.drawn(rng), rain=0.0, exposure=1.0, warmth=0.0)
    studio = Studio(scene, camera, conditions, int(rng.integers(2**31)))
    along = float(rng.uniform(20, _LENGTH_M - 110))
    east = scene.street.lane_m / 2 + float(rng.normal(0, 0.3))
    view = View(camera, east, along, 0.0)
    canvas = studio.empty(view)
    scenery = []
    for distance, item in studio.near(view, along):
        if not item.casts:
            canvas.paint(item.shape, in_sun=item.in_sun)
        elif distance < 80:
            scenery.append(item.shape)
    kerb = scene.street.kerb_m
    road = Road((-_LANE_M - east, -east, _LANE_M - east), 0.8 - kerb - east, kerb - 0.8 - east)
    return Ground(
        canvas.rgb,
        view,
        road,
        camera.height_px,
        conditions.sun,
        np.empty((0, 5)),
        tuple(scenery),
        name=f"town_{family}_{number}",
    )


@lru_cache(maxsize=8)
def _scene(family: int, number: int) -> Scene:
    """A straight street with its houses and what stands along it."""
    rng = np.random.default_rng([family, number, 77])
    north = np.arange(_LENGTH_M + 1, dtype=np.float64)
    points = np.stack([np.zeros_like(north), north], axis=1)
    section = Section("drawn", "residential", False, LocalFrame(0.0, 45.0), points)
    street = Street(section, _LANE_M, kerb_m=5.7, wall_m=float(rng.uniform(8.6, 14.0)))
    return Scene(street, (), roadside(street, [], rng), houses(street, rng))
