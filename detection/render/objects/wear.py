"""What weather, traffic and dust do to every object."""

from dataclasses import replace

import cv2
import numpy as np

from detection.render.camera import Floats
from detection.render.solid import Shape, Solid, Stains

_DUST = np.array([0.46, 0.43, 0.39])
_SOOT = np.array([0.12, 0.115, 0.11])
_NEAR_GROUND_M = 0.25
_SIZE = 40


def worn(shape: Shape, rng: np.random.Generator) -> Shape:
    """The thing bleached, dusty below, spotted all over; one thing in three is nearly clean."""
    age = float(rng.choice([0.1, 0.5, 1.0], p=[0.35, 0.45, 0.2]) * rng.uniform(0.6, 1.2))
    grime = _DUST if rng.random() < 0.7 else _SOOT
    gain = float(np.clip(rng.normal(1.1, 0.1), 0.75, 1.25))
    solids = tuple(
        body if body.glow else replace(body, colours=_aged(body, rng, age, grime))
        for body in shape.solids
    )
    bright = 1.0 if shape.stains is None else float(shape.stains.mean())
    return replace(shape, solids=solids, stains=_stains(rng, age) * np.float32(gain * bright))


def _aged(body: Solid, rng: np.random.Generator, age: float, grime: Floats) -> Floats:
    up = np.clip(body.centres[:, 2:] / _NEAR_GROUND_M, 0, 1)
    colours = body.colours * (1 + rng.normal(0, 0.025, (len(body.faces), 1)))
    pale = colours.mean(axis=1, keepdims=True)
    colours = colours + (pale - colours) * 0.18 * age
    dust = age * (0.08 + 0.35 * (1 - up))
    colours = colours + (grime - colours) * np.clip(dust, 0, 0.75)
    # The road takes part of the sky's light from what stands close to it.
    return np.asarray(np.clip(colours * (0.82 + 0.18 * up), 0, 1.2))


def _stains(rng: np.random.Generator, age: float) -> Stains:
    """Clouds, spots and streaks that run down, as a gain around 1."""
    amount = 0.03 + 0.12 * age
    total = np.ones((_SIZE, _SIZE), np.float32)
    for cells, share in (((4, 4), 1.0), ((3, 16), 0.7), ((20, 20), 0.6)):
        noise = rng.uniform(-1, 0.9, cells).astype(np.float32)
        total += cv2.resize(noise, (_SIZE, _SIZE), interpolation=cv2.INTER_CUBIC) * np.float32(
            amount * share
        )
    return np.asarray(np.clip(total, 0.3, 1.3), np.float32)
