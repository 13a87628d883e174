"""Colours as dashcams see them: never the pure tones of a paint box, never twice the same."""

from colorsys import hsv_to_rgb

import numpy as np

from detection.render.solid import Colour

Rng = np.random.Generator

BLACK: Colour = (0.05, 0.05, 0.055)


def hue(
    rng: Rng,
    degrees: tuple[float, float],
    saturation: tuple[float, float],
    value: tuple[float, float],
) -> Colour:
    """A colour from ranges: hue in degrees 0..360, the others 0..1."""
    h, s, v = rng.uniform(*degrees) % 360, rng.uniform(*saturation), rng.uniform(*value)
    return hsv_to_rgb(float(h) / 360, float(s), float(v))


def orange(rng: Rng) -> Colour:
    """Plastic or sheeting of road works: mostly strong, now and then bleached or brown."""
    if rng.random() < 0.2:
        return hue(rng, (8, 26), (0.45, 0.7), (0.6, 0.95))
    return hue(rng, (9, 24), (0.7, 0.95), (0.78, 1.0))


def red(rng: Rng) -> Colour:
    """The red of European safeguards."""
    return hue(rng, (-6, 8), (0.65, 0.92), (0.55, 0.85))


def yellow(rng: Rng) -> Colour:
    """Machines, kerbs, warning signs."""
    return hue(rng, (40, 54), (0.7, 0.95), (0.75, 1.0))


def white(rng: Rng) -> Colour:
    """Sheeting or plastic that was white once."""
    return hue(rng, (20, 230), (0.0, 0.07), (0.68, 0.93))


def grey(rng: Rng, low: float = 0.25, high: float = 0.65) -> Colour:
    """Metal, concrete, asphalt."""
    return hue(rng, (20, 230), (0.0, 0.09), (low, high))


def rubber(rng: Rng) -> Colour:
    """Tyres and feet, black or grey with dust."""
    return hue(rng, (20, 60), (0.0, 0.15), (0.05, 0.2))


def wood(rng: Rng) -> Colour:
    """Fresh to weathered wood."""
    return hue(rng, (24, 38), (0.2, 0.55), (0.35, 0.75))


def any_colour(rng: Rng) -> Colour:
    """Cars, clothes, rubbish: greys as often as colours."""
    if rng.random() < 0.55:
        return grey(rng, 0.06, 0.9)
    return hue(rng, (0, 360), (0.15, 0.75), (0.15, 0.7))


def retro(rng: Rng) -> float:
    """How much brighter than matt paint sheeting is in headlights: new, old or worn off.

    Engineer grade to prismatic sheeting return 70 to 700 cd/lx/m2, matt white 1/pi (ASTM D4956).
    """
    return float(
        rng.choice([1.0, 20.0, 60.0, 150.0], p=[0.1, 0.2, 0.4, 0.3]) * rng.uniform(0.7, 1.4)
    )


def darker(colour: Colour, share: float) -> Colour:
    """The colour at that share of its brightness."""
    return (colour[0] * share, colour[1] * share, colour[2] * share)


def bytes_of(colour: Colour) -> tuple[float, float, float, float]:
    """The colour for drawing into a picture (h, w, 4) of bytes, opaque."""
    return (colour[0] * 255, colour[1] * 255, colour[2] * 255, 255.0)
