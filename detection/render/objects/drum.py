"""Traffic drums as they stand along US work zones."""

from itertools import pairwise

from detection.render.objects.bodies import Rng, grounded, posed
from detection.render.objects.lamp import warning_light
from detection.render.objects.paint import darker, orange, retro, rubber, white
from detection.render.solid import Colour, Shape, Solid, box, revolution


def drum(rng: Rng) -> Shape:
    """A barrel of 36 to 41 in: bands of orange and white on a rubber ring, some with a light.

    Sizes after MUTCD 2009 section 6F.67: at least 36 in tall and 18 in wide, bands of 4 to 6 in.
    """
    height = float(rng.uniform(0.91, 1.04))
    whole = Shape((_barrel(rng, height),))
    if rng.random() < 0.85:
        wide, thick, tone = (
            float(rng.uniform(0.3, 0.37)),
            float(rng.uniform(0.05, 0.1)),
            rubber(rng),
        )
        profile = [(wide, 0.0), (wide, thick * 0.6), (wide - 0.05, thick)]
        whole = Shape((revolution(profile, [tone, tone], sides=18),)) + whole
    if rng.random() < 0.25:
        whole += warning_light(rng, (0.0, 0.0, height))
    else:
        turn = float(rng.uniform(0, 180))
        handle = box((0.14, 0.05, 0.07), (0, 0, height), orange(rng), taper=0.8, turn_deg=turn)
        whole += Shape((handle,))
    return whole


def leaning_drum(rng: Rng) -> Shape:
    """A drum that was hit or stands on a slope."""
    lean, tip = rng.normal(0, 6, 2)
    return grounded(posed(drum(rng), lean_deg=float(lean), tip_deg=float(tip)))


def fallen_drum(rng: Rng) -> Shape:
    """A drum on its side, without its ring."""
    body = Shape((_barrel(rng, float(rng.uniform(0.91, 1.04))),))
    turn = float(rng.uniform(-180, 180))
    return grounded(posed(body, tip_deg=90.0, turn_deg=turn))


def _barrel(rng: Rng, height: float) -> Solid:
    """Steps that narrow upwards, the bands between dark grooves; orange on top."""
    tone, sheet, shine = orange(rng), white(rng), retro(rng)
    low, narrow = float(rng.uniform(0.235, 0.29)), float(rng.uniform(0.7, 0.95))
    bands = int(rng.choice([4, 5, 5, 5, 6]))
    band = float(rng.uniform(0.1, 0.152)) if bands < 6 else 0.1
    top = height - float(rng.uniform(0.02, 0.08))
    edges = [top - band * i for i in range(bands + 1)]
    edges = [height, *(e for e in edges if e > 0.08), 0.0][::-1]
    groove = float(rng.uniform(0.0, 0.02))
    profile: list[tuple[float, float]] = [(0.01, 0.0)]
    tones: list[Colour] = [darker(tone, 0.3)]
    shines: list[float] = [0.0]
    count = len(edges) - 1
    for i, (z0, z1) in enumerate(pairwise(edges)):
        radius = low * (1 + (narrow - 1) * z0 / height)
        from_top = count - 1 - i
        is_white = 0 < from_top < count - 1 and from_top % 2 == 0
        profile += [(radius, z0), (radius - 0.006, z1 - groove)]
        tones += [sheet if is_white else tone, darker(tone, 0.62)]
        shines += [shine if is_white else shine * 0.35, 0.0]
    profile.append((low * narrow * 0.8, height))
    return revolution(profile, tones, sides=int(rng.choice([16, 18, 20])), retro=shines)
