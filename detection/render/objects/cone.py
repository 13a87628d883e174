"""Cones and slim markers of their kind, standing, leaning and run over.

Sizes after MUTCD 2009 sections 6F.64 and 6F.65; European cones after EN 13422.
"""

from dataclasses import dataclass

from detection.render.objects.bodies import Rng, grounded, posed
from detection.render.objects.paint import hue, orange, red, retro, rubber, white
from detection.render.solid import Colour, Shape, box, revolution

_INCH_M = 0.0254


@dataclass(frozen=True)
class _Cut:
    """A body of revolution. bands: (from, to) shares of the height that are white."""

    height_m: float
    bottom_m: float
    top_m: float
    foot_m: float
    bands: tuple[tuple[float, float], ...]


def cone(rng: Rng) -> Shape:
    """A US cone of 18, 28 or 36 in with no, one or two white collars."""
    inches = int(rng.choice([18, 28, 36], p=[0.2, 0.5, 0.3]))
    collars: tuple[tuple[float, float], ...] = ((0.36, 0.5), (0.6, 0.83))
    if inches == 18:
        collars = ((0.55, 0.85),) if rng.random() < 0.5 else ()
    elif rng.random() < 0.2:
        collars = collars[1:] if rng.random() < 0.6 else ()
    height = inches * _INCH_M * float(rng.uniform(0.96, 1.06))
    wide = height * float(rng.uniform(0.16, 0.21)) + 0.01
    cut = _Cut(height, wide, float(rng.uniform(0.022, 0.035)), wide * 1.28, collars)
    odd = rng.random() < 0.1
    tone = hue(rng, (60, 82), (0.6, 0.9), (0.75, 0.95)) if odd else orange(rng)
    return _standing(rng, cut, tone, foot=rubber(rng) if rng.random() < 0.6 else tone)


def eu_cone(rng: Rng) -> Shape:
    """A red cone of 0.5 or 0.75 m with two wide white bands."""
    height = float(rng.choice([0.5, 0.75]) * rng.uniform(0.96, 1.05))
    cut = _Cut(height, height * 0.19, 0.03, height * 0.26, ((0.3, 0.5), (0.68, 0.88)))
    return _standing(rng, cut, red(rng), foot=rubber(rng))


def tube(rng: Rng) -> Shape:
    """A tubular marker of 28 to 42 in on a round or square rubber foot."""
    height = float(rng.uniform(28, 42)) * _INCH_M
    thick = float(rng.uniform(0.03, 0.06))
    bands = ((0.62, 0.71), (0.78, 0.87)) if rng.random() < 0.7 else ((0.5, 0.6), (0.66, 0.76))
    cut = _Cut(height, thick, thick * float(rng.uniform(0.75, 1.0)), thick * 3.6, bands)
    return _standing(rng, cut, orange(rng), foot=rubber(rng), round_foot=rng.random() < 0.5)


def tall_cone(rng: Rng) -> Shape:
    """A slim cone of 42 in with four bands and a knob to carry it by."""
    height = 42 * _INCH_M * float(rng.uniform(0.97, 1.05))
    bands = ((0.3, 0.42), (0.52, 0.64), (0.74, 0.86))
    cut = _Cut(height, 0.1, 0.045, 0.24, bands[int(rng.integers(2)) :])
    return _standing(rng, cut, orange(rng), foot=rubber(rng), round_foot=True)


def leaning_cone(rng: Rng) -> Shape:
    """A cone that a wheel has bent."""
    sort = cone if rng.random() < 0.7 else tube
    return grounded(posed(sort(rng), lean_deg=_either(rng, 6, 25), turn_deg=_either(rng, 0, 90)))


def fallen_cone(rng: Rng) -> Shape:
    """A cone on its side, its tip to any direction."""
    sort = (cone, cone, eu_cone, tube)[int(rng.integers(4))]
    return grounded(
        posed(sort(rng), tip_deg=float(rng.uniform(80, 98)), turn_deg=_either(rng, 0, 180))
    )


def _standing(
    rng: Rng, cut: _Cut, tone: Colour, *, foot: Colour, round_foot: bool = False
) -> Shape:
    thick = 0.035 if cut.foot_m < 0.22 else 0.045
    sheet, shine = white(rng), retro(rng)
    edges = [0.0, *(edge for band in cut.bands for edge in band), 1.0]
    rise, narrow = cut.height_m - thick, cut.top_m - cut.bottom_m
    profile = [(cut.bottom_m + narrow * e, thick + rise * e) for e in edges]
    is_white = [i % 2 == 1 for i in range(len(edges) - 1)]
    body = revolution(
        profile,
        [sheet if w else tone for w in is_white],
        sides=16,
        retro=[shine if w else shine * 0.05 for w in is_white],
    )
    if round_foot:
        rim = [(0.01, 0.0), (cut.foot_m, 0.0), (cut.foot_m * 0.9, thick)]
        base = revolution(rim, [foot, foot], sides=12)
    else:
        size = (2 * cut.foot_m, 2 * cut.foot_m, thick)
        base = box(size, (0, 0, 0), foot, taper=0.94, turn_deg=float(rng.uniform(0, 90)))
    return Shape((base, body))


def _either(rng: Rng, low: float, high: float) -> float:
    """A number of that size with either sign."""
    return float(rng.uniform(low, high) * rng.choice([-1, 1]))
