"""The ground of a street: every pixel below the horizon is looked up where its ray lands."""

from dataclasses import dataclass
from functools import cached_property
from typing import cast

import cv2
import numpy as np

from detection.render.camera import Camera, Floats, View
from detection.render.street import Floats32, Street, sampled
from detection.render.weather import Conditions

FARTHEST_M = 400.0
_DETAIL_PPM = 20
_DETAIL_LENGTH_M = 80
_GRAIN = 512


@dataclass(frozen=True)
class Look:
    """Colours and marks of one street. crossings_m: where zebra crossings begin."""

    asphalt: float
    paving: tuple[float, float, float]
    crossings_m: tuple[float, ...]
    roof_left_m: Floats
    roof_right_m: Floats
    """Height of the houses for every metre along either side, from metre 0 on."""


class Ground:
    """The drawn ground of one street, in one weather and for one camera."""

    def __init__(
        self,
        street: Street,
        look: Look,
        camera: Camera,
        conditions: Conditions,
        rng: np.random.Generator,
    ) -> None:
        self.street, self.look, self.conditions = street, look, conditions
        self._grid = _grid(camera, conditions.haze_m)
        self._detail = _detail(rng, street.kerb_m)
        self._grain = _grain(rng)

    def sunlit(self, along: Floats32, right: Floats32) -> Floats32:
        """Share of sun at street places: 0 in the shade of the houses, 1 in the open."""
        light, look = self.conditions.light, self.look
        if self.conditions.sun <= 0:
            return np.zeros_like(right)
        heading = np.radians(self.street.heading_deg(float(np.median(along))))
        east, north, up = light.sun_from
        ahead = (east * np.sin(heading) + north * np.cos(heading)) / up
        aside = (east * np.cos(heading) - north * np.sin(heading)) / up
        if abs(aside) < 1e-3:
            return np.ones_like(right)
        gap = self.street.wall_m - right * np.sign(aside)
        roofs = look.roof_right_m if aside > 0 else look.roof_left_m
        at = np.clip(along + gap * ahead / abs(aside), 0, len(roofs) - 1).astype(np.int32)
        roof = roofs.astype(np.float32)[at]
        return np.asarray(np.clip((gap / np.float32(abs(aside)) - roof) / 1.2 + 0.5, 0, 1))

    def render(self, view: View, rgb: Floats32) -> None:
        """Draw the ground into rgb (h, w, 3), everywhere below the horizon."""
        grid = self._grid
        turn = np.radians(view.heading_deg)
        cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
        east = np.float32(view.east_m) + grid.right * cos + grid.ahead * sin
        north = np.float32(view.north_m) + grid.ahead * cos - grid.right * sin
        along, right = self.street.locate(east, north)
        colour = self._colour(along, right, grid)
        haze = np.array(self.conditions.light.haze, np.float32)
        colour -= haze
        colour *= grid.clear[..., None]
        colour += haze
        np.copyto(rgb[grid.top :], colour, where=grid.below[..., None])

    def _colour(self, along: Floats32, right: Floats32, grid: "_Grid") -> Floats32:
        street, light = self.street, self.conditions.light
        across, deep = grid.across_m, grid.deep_m
        side = np.abs(right)
        road = _within(side, street.kerb_m, across)
        base = self._asphalt(along, right, deep)
        paint = self._paint(along, right, across, deep)
        base = base + (np.float32(0.80) - base) * paint
        base *= 1 - np.float32(0.45 * self.conditions.wet)
        kerb = _within(np.abs(side - street.kerb_m - 0.09), 0.09, across)
        paved = self._paving(along, side, across, deep)
        tone = np.array(self.look.paving, np.float32)
        colour = paved[..., None] * tone * (1 - road[..., None]) + (base * road)[..., None]
        colour += (np.float32(0.62) - colour) * kerb[..., None]
        gutter = _within(np.abs(side - street.kerb_m + 0.05), 0.05, across)
        colour *= 1 - np.float32(0.35) * gutter[..., None]
        sun = self.sunlit(along, right)[..., None] * np.float32(light.sun_from[2])
        lit = colour * (np.array(light.sky, np.float32) + np.array(light.sun, np.float32) * sun)
        return self._gloss(lit, grid, road)

    def _gloss(self, lit: Floats32, grid: "_Grid", road: Floats32) -> Floats32:
        """Sky mirrored in a wet road, stronger at a flat angle."""
        if self.conditions.wet < 0.2:
            return lit
        flat = np.clip(grid.reach / 60, 0.08, 0.75) * np.float32(self.conditions.wet) * road
        sky = np.array(self.conditions.light.haze, np.float32) * np.float32(0.85)
        return lit + (sky - lit) * flat[..., None]

    def _asphalt(self, along: Floats32, right: Floats32, deep: Floats32) -> Floats32:
        grey = np.full(along.shape, self.look.asphalt, np.float32)
        for ppm, strength in ((70.0, 0.13), (14.0, 0.06), (1.7, 0.05)):
            grain = sampled(
                self._grain, along * np.float32(ppm), right * np.float32(ppm), cv2.BORDER_WRAP
            )
            seen = np.clip(1.4 - deep * np.float32(ppm / 6), 0, 1)
            grey *= 1 + grain * seen * np.float32(strength)
        column = along * np.float32(_DETAIL_PPM)
        row = (right + np.float32(self.street.kerb_m)) * np.float32(_DETAIL_PPM)
        detail = sampled(self._detail, column, row, cv2.BORDER_WRAP)
        seen = np.clip(1.3 - deep * np.float32(0.8), 0.15, 1)
        grey *= 1 + (detail - 1) * seen
        wheel = np.abs(np.abs(np.abs(right) - np.float32(self.street.lane_m / 2)) - 0.75)
        return grey * (1 - np.float32(0.07) * np.clip(1 - wheel / 0.4, 0, 1))

    def _paint(
        self, along: Floats32, right: Floats32, across: Floats32, deep: Floats32
    ) -> Floats32:
        street = self.street
        dash = _within(_modulo(along, 9) - 1.5, 1.5, deep)
        line = _within(right, 0.06, across) * dash
        parking = _within(np.abs(right) - street.lane_m - 0.05, 0.05, across)
        bay = _within(_modulo(along, 6) - 0.05, 0.05, deep) * (np.abs(right) > street.lane_m)
        line = np.maximum(
            line, np.float32(0.55) * np.maximum(parking, bay * (np.abs(right) < street.kerb_m))
        )
        here = float(along[-1, along.shape[1] // 2])
        for start in self.look.crossings_m:
            if not here - 5 < start < here + 90:
                continue
            stripe = _within(_modulo(right, 1) - 0.25, 0.25, across)
            line = np.where(
                np.abs(along - start - 1.8) < 6, line * _outside(along, start, deep), line
            )
            line = np.maximum(line, stripe * _within(along - start - 1.5, 1.5, deep))
        worn = sampled(self._grain, along * np.float32(9), right * np.float32(9), cv2.BORDER_WRAP)
        on_road = np.abs(right) < street.kerb_m
        return np.asarray(line * np.clip(0.72 - worn * np.float32(0.16), 0, 1) * on_road)

    def _paving(
        self, along: Floats32, side: Floats32, across: Floats32, deep: Floats32
    ) -> Floats32:
        joint = np.maximum(
            _within(_modulo(side, 0.5) - 0.02, 0.015, across),
            _within(_modulo(along, 0.8) - 0.02, 0.015, deep),
        )
        tiles = np.floor(side * 2) * np.float32(12.9898) + np.floor(along / 0.8) * np.float32(
            78.233
        )
        tint = np.sin(tiles) * np.clip(1.2 - deep, 0, 1)
        return np.asarray((1 + tint * np.float32(0.05)) * (1 - joint * np.float32(0.3)))


@dataclass(frozen=True)
class _Grid:
    """Where the rays of the pixels below the horizon land, in the vehicle's axes, metres."""

    top: int
    below: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
    right: Floats32
    ahead: Floats32
    reach: Floats32
    clear: Floats32
    focal_px: float
    height_m: float

    @cached_property
    def across_m(self) -> Floats32:
        """Metres that a pixel covers across the line of sight."""
        return self.reach / np.float32(self.focal_px)

    @cached_property
    def deep_m(self) -> Floats32:
        """Metres that a pixel covers along the line of sight."""
        return np.asarray(self.across_m * np.maximum(self.reach / np.float32(self.height_m), 1))


def _grid(camera: Camera, haze_m: float) -> _Grid:
    pixels = np.mgrid[0 : camera.height_px, 0 : camera.width_px][::-1]
    ground = View(camera, 0.0, 0.0, 0.0).ground(np.moveaxis(pixels, 0, -1))
    distance = np.hypot(ground[..., 0], ground[..., 1])
    below = np.isfinite(distance) & (distance < FARTHEST_M)
    reach = np.where(below, distance, FARTHEST_M).astype(np.float32)
    top = int(np.argmax(below.any(axis=1)))
    ground = np.where(below[..., None], ground, 0.0)[top:]
    return _Grid(
        top,
        below[top:],
        ground[..., 0].astype(np.float32),
        ground[..., 1].astype(np.float32),
        reach[top:],
        np.power(0.5, reach[top:] / haze_m).astype(np.float32),
        camera.focal_px,
        camera.height_m,
    )


def _within(offset: Floats32, half_width: float, footprint: Floats32) -> Floats32:
    """How much of a pixel lies within half_width of a line, 0..1, so that edges are smooth."""
    wide = np.maximum(footprint, np.float32(1e-3))
    cover = np.clip((np.float32(half_width) - np.abs(offset)) / wide + np.float32(0.5), 0, 1)
    return cast(Floats32, cover * np.minimum(np.float32(2 * half_width) / wide, 1))


def _modulo(value: Floats32, period: float) -> Floats32:
    """value % period; numpy's own is several times slower on float32."""
    return np.asarray(value - np.floor(value * np.float32(1 / period)) * np.float32(period))


def _outside(along: Floats32, start: float, deep: Floats32) -> Floats32:
    return 1 - _within(along - start - 1.5, 2.5, deep)


def _grain(rng: np.random.Generator) -> Floats32:
    """Tiling noise with mean 0 and standard deviation 1."""
    noise = rng.standard_normal((_GRAIN, _GRAIN), np.float32)
    near = sum(np.roll(noise, shift, (0, 1)) for shift in ((0, 1), (1, 0), (0, -1), (-1, 0)))
    soft = noise + np.float32(0.5) * near
    return np.asarray(soft / soft.std(), np.float32)


def _detail(rng: np.random.Generator, kerb_m: float) -> Floats32:
    """Patches, cracks, stains and manholes of 80 m of road as a factor of brightness."""
    size = (int(2 * kerb_m * _DETAIL_PPM), _DETAIL_LENGTH_M * _DETAIL_PPM)
    detail = np.ones(size, np.float32)
    for _ in range(7):
        x, y = int(rng.integers(size[1])), int(rng.integers(size[0]))
        w, h = int(rng.uniform(1, 7) * _DETAIL_PPM), int(rng.uniform(0.5, 2) * _DETAIL_PPM)
        cv2.rectangle(detail, (x, y), (x + w, y + h), float(rng.uniform(0.72, 1.12)), -1)
    for _ in range(10):
        start = rng.uniform((0, 0), (size[1], size[0]))
        steps = (
            rng.normal((14, 0), (6, 9), (12, 2)) if rng.random() < 0.6 else rng.normal(0, 9, (9, 2))
        )
        line = (start + np.cumsum(steps, axis=0)).astype(np.int32)
        cv2.polylines(detail, [line], False, float(rng.uniform(0.45, 0.7)), 1, cv2.LINE_AA)
    stains = np.zeros(size, np.float32)
    for _ in range(25):
        at = (int(rng.integers(size[1])), int(rng.integers(size[0])))
        axes = (int(rng.integers(3, 26)), int(rng.integers(2, 9)))
        cv2.ellipse(stains, at, axes, 0, 0, 360, float(rng.uniform(0.05, 0.25)), -1)
    detail *= 1 - cv2.GaussianBlur(stains, (0, 0), 3)
    for _ in range(3):
        at = (int(rng.integers(size[1])), int(rng.integers(size[0])))
        cv2.circle(detail, at, int(0.33 * _DETAIL_PPM), 0.55, -1, cv2.LINE_AA)
        cv2.circle(detail, at, int(0.38 * _DETAIL_PPM), 0.8, 1, cv2.LINE_AA)
    return detail
