"""What is flat on the road and no hazard: covers, patches, puddles, shadows, leaves."""

import numpy as np

from detection.render.camera import Floats
from detection.render.objects.bodies import Rng, flat, lying
from detection.render.objects.paint import darker, grey, hue
from detection.render.solid import Colour, Shape, Solid

CORNERS = 22


def manhole(rng: Rng) -> Shape:
    """A cover of iron of 0.6 to 0.75 m in its frame."""
    iron = hue(rng, (10, 40), (0.03, 0.25), (0.15, 0.4))
    rim = darker(iron, float(rng.uniform(0.5, 1.5)))
    radius = float(rng.uniform(0.3, 0.38))
    return flat(_outline(radius, radius, np.ones(18)), [rim, iron, darker(iron, 1.1), iron])


def patch(rng: Rng) -> Shape:
    """A mended rectangle of asphalt, darker or paler than the road."""
    tone = grey(rng, 0.1, 0.5)
    x, y = float(rng.uniform(0.4, 1.4)), float(rng.uniform(0.4, 2.5))
    outline = np.array([[-x, -y], [0, -y], [x, -y], [x, 0], [x, y], [0, y], [-x, y], [-x, 0]])
    outline = outline + rng.normal(0, 0.03, outline.shape)
    return flat(outline, [darker(tone, 0.7), *[tone] * 5])


def puddle(rng: Rng) -> Shape:
    """Still water that shows the sky."""
    sky = hue(rng, (190, 230), (0.02, 0.3), (0.4, 0.85))
    wet = grey(rng, 0.12, 0.3)
    outline = _outline(float(rng.uniform(0.4, 1.6)), float(rng.uniform(0.3, 1.0)), _wavy(rng))
    return flat(outline, [wet, sky, sky, darker(sky, 0.93)])


def dark_blotch(rng: Rng) -> Shape:
    """A shadow, an oil spot or a skid: darker than the road, its edge soft, no wall, no rim."""
    size = 96
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    turns = np.arctan2(y, x)
    waves = [rng.normal(0, 0.14 / k) * np.sin(k * turns + rng.uniform(0, 6)) for k in (2, 3, 5)]
    inside = 0.7 + np.sum(waves, axis=0) - np.hypot(x, y)
    alpha = np.clip(inside / float(rng.uniform(0.12, 0.5)), 0, 1) * float(rng.uniform(0.3, 0.85))
    picture = np.zeros((size, size, 4), np.uint8)
    picture[..., :3] = np.array(grey(rng, 0.03, 0.16)) * 255
    picture[..., 3] = alpha * 255
    return lying(picture, float(rng.uniform(0.5, 2.2)), float(rng.uniform(0.5, 4.0)))


def leaves(rng: Rng) -> Shape:
    """Fallen leaves or bits of paper, strewn."""
    tone = hue(rng, (15, 90), (0.2, 0.7), (0.25, 0.7))
    at = rng.normal(0, 0.5, (40, 1, 2))
    corners = np.array([[-1, -0.6], [1, -0.5], [0.9, 0.6], [-0.8, 0.5]]) * rng.uniform(
        0.02, 0.06, (40, 1, 1)
    )
    faces = np.concatenate([corners + at, np.full((40, 4, 1), 0.004)], axis=2)
    return Shape((Solid(faces, np.array(tone) * rng.uniform(0.5, 1.4, (40, 1))),))


def paint_mark(rng: Rng) -> Shape:
    """A worn line or letter in white, yellow or a surveyor's orange."""
    tones: tuple[Colour, ...] = (
        grey(rng, 0.6, 0.9), hue(rng, (40, 50), (0.5, 0.8), (0.6, 0.9)),
        hue(rng, (8, 22), (0.5, 0.9), (0.6, 0.95)),
    )  # fmt: skip
    x, y = float(rng.uniform(0.05, 0.3)), float(rng.uniform(0.3, 2.0))
    outline = np.array([[-x, -y], [x, -y], [x, y], [-x, y]])
    return flat(outline, [tones[int(rng.integers(3))]] * 3)


def _outline(right: float, away: float, reach: Floats) -> Floats:
    turns = np.arange(len(reach)) * 2 * np.pi / len(reach)
    return np.asarray(np.stack([right * np.cos(turns), away * np.sin(turns)], 1) * reach[:, None])


def _wavy(rng: Rng) -> Floats:
    """How far an outline reaches, around 1, in slow waves."""
    turns = np.arange(CORNERS) * 2 * np.pi / CORNERS
    waves = [rng.normal(0, 0.16 / k) * np.sin(k * turns + rng.uniform(0, 6)) for k in (2, 3, 5)]
    return np.asarray(1 + np.sum(waves, axis=0))
