"""Potholes, drawn flat in the plane of the road."""

from dataclasses import replace

import numpy as np

from detection.render.solid import Shape, Solid

_SIDES = 26
_LIFT_M = 0.004


def pothole(rng: np.random.Generator) -> Shape:
    """A broken patch of 0.5 to 1.2 m: a crumbled rim, a dark wall and a rough floor."""
    across, along = float(rng.uniform(0.5, 1.2)) / 2, float(rng.uniform(0.45, 1.0)) / 2
    angles = np.arange(_SIDES + 1) * 2 * np.pi / _SIDES
    ragged = rng.uniform(0.82, 1.12, _SIDES)
    ragged = np.append(ragged, ragged[0])
    outline = np.stack([across * np.cos(angles), along * np.sin(angles)], axis=1) * ragged[:, None]
    wet = rng.random() < 0.3
    floor = (0.30, 0.33, 0.36) if wet else (0.19, 0.175, 0.16)
    rings = ((1.0, 0.88, (0.46, 0.45, 0.43)), (0.88, 0.68, (0.085, 0.08, 0.075)),
             (0.68, 0.35, floor), (0.35, 0.0, floor))  # fmt: skip
    faces, colours = [], []
    for outer, inner, tone in rings:
        edge_out, edge_in = outline * outer, outline * inner
        ring = np.stack([edge_out[:-1], edge_out[1:], edge_in[1:], edge_in[:-1]], axis=1)
        faces.append(np.dstack([ring, np.full(ring.shape[:2], _LIFT_M)]))
        speckle = 1 + rng.normal(0, 0.03 if wet else 0.12, (_SIDES, 1))
        colours.append(np.array(tone) * speckle)
    return Shape((Solid(np.concatenate(faces), np.clip(np.concatenate(colours), 0, 1)),))


def dull_pothole(rng: np.random.Generator) -> Shape:
    """A pothole in older asphalt: its rim hardly paler than the road, all of it paler or darker."""
    shape = pothole(rng)
    tones = np.full((len(shape.solids[0].faces), 1), rng.uniform(0.6, 1.25))
    tones[:_SIDES] *= rng.uniform(0.5, 0.9)
    return Shape(tuple(replace(s, colours=np.clip(s.colours * tones, 0, 1)) for s in shape.solids))
