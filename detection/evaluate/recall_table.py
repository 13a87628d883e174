"""The table that fusion reads: what is seen of what is there (docs/adr/0005-recall-table.md)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import radians, tan
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detection.evaluate.claims import DRAWN, REAL
from detection.evaluate.dark import Found
from detection.evaluate.drive import Drive, Sighting
from detection.evaluate.matching import Floats
from detection.evaluate.measure import ByHeight, Figures
from detection.labelled import CLASSES, KINDS
from detection.merge import ANIMAL, LIVING

UPTO_M: Final = (10.0, 20.0, 30.0, 45.0, 60.0, 80.0)
# Sightings with less hidden than this are free; with more than that, occluded.
FREE: Final = 0.8
OCCLUDED: Final = 0.6
# Never 0: what is seen all the same must not count as impossible.
LEAST: Final = 0.01
FEWEST: Final = 5
FEWEST_OCCLUDED: Final = 10
PRIOR_OCCLUDED: Final = 0.3
# How many cases of its own a kind needs to be believed half.
ALIKE: Final = 10.0
PRIOR_CORRELATION: Final = 0.6
PRIOR_SHAPES: Final[Mapping[bool, tuple[float, float]]] = {True: (4.0, 2.0), False: (2.0, 3.5)}
# A picture of 640 pixels from a camera that sees 65 degrees.
FOCAL_PX: Final = 320 / tan(radians(32.5))
HEIGHTS_M: Final[Mapping[str, float]] = {
    "cone": 0.7,
    "drum_barrel": 1.0,
    "barrier": 1.1,
    "roadwork_sign": 1.0,
    "construction_vehicle": 2.8,
    "worker": 1.7,
    "debris": 0.4,
    "animal": 0.8,
    "deer": 1.2,
}
# A frame shows some 80 m of road: as many spots of 10 m; a pass has about as many frames of each.
SPOT_M: Final = 10.0
SPOTS: Final = 8
FRAMES: Final = 8


def recall_table(
    version: str, figures: Figures, drive: Drive, dark: Found, before: Mapping[str, Any] | None
) -> dict[str, Any]:
    """JSON of the table. dark: what is found by day and at night. before: an older table.

    Kinds on the rendered drives have their recall by distance from there. Others have it from box
    heights, by the size that such a thing usually has. Kinds that this network does not know keep
    what `before` says of them.
    """
    thresholds = dict(zip(CLASSES, figures.working.shipped.tolist(), strict=True))
    measured: dict[str, Any] = {}
    for kind in CLASSES:
        free = [s for s in drive.sightings if s.kind == kind and s.visible >= FREE]
        row = _by_distance(free, thresholds[kind]) or _by_heights(kind, figures.by_height)
        if row is not None:
            measured[kind] = row
    if "animal" in measured:
        measured["deer"] = measured["animal"]  # whoever sees one may call it that
    named = {KINDS[CLASSES.index(name)]: row for name, row in measured.items()}
    older = dict(before["kinds"]) if before else {}
    correlation = _pass_correlation(drive.sightings, measured, thresholds)
    return {
        "version": version,
        "measured": True,
        "kinds": older | named,
        "default": before["default"] if before else {"upto_m": [200.0], "by_bin": [0.02]},
        **_left("dark", 1.0, dark.by_day, dark.at_night),
        **_left("occluded", PRIOR_OCCLUDED, *_hidden(drive.sightings, measured, thresholds)),
        "pass_correlation": correlation,
        **_false_alarms(figures, drive, thresholds, correlation),
        "score_true": _shape(figures, True),
        "score_false": _shape(figures, False),
    }


def _by_distance(sightings: Sequence[Sighting], threshold: float) -> dict[str, list[float]] | None:
    """Jeffreys' estimate in each bin; a bin with few sightings has what its neighbour has."""
    bins = np.searchsorted(UPTO_M, [s.distance_m for s in sightings])
    found = np.array([s.score >= threshold for s in sightings], bool)
    shares: list[float | None] = []
    for number in range(len(UPTO_M)):
        inside = found[bins == number]
        enough = len(inside) >= FEWEST
        shares.append((inside.sum() + 0.5) / (len(inside) + 1) if enough else None)
    known = [i for i, each in enumerate(shares) if each is not None]
    if not known:
        return None
    # Nearer than the first bin with data things are as well seen; beyond the last one, not at all.
    row = [
        round(float(np.interp(i, known, [float(shares[k] or 0.0) for k in known])), 3)
        for i in range(known[-1] + 1)
    ]
    return {"upto_m": list(UPTO_M[: len(row)]), "by_bin": row}


def _by_heights(kind: str, rows: Sequence[ByHeight]) -> dict[str, list[float]] | None:
    """From recall by box height: h metres at d metres are f h / d pixels high."""
    for source in (REAL, DRAWN):
        mine = [row for row in rows if (row.kind, row.source) == (kind, source)]
        mine = [row for row in mine if row.boxes >= FEWEST]
        if not mine or kind not in HEIGHTS_M:
            continue
        edges = (0.0, *UPTO_M)
        heights = [
            FOCAL_PX * HEIGHTS_M[kind] / ((a + b) / 2) for a, b in zip(edges, UPTO_M, strict=False)
        ]
        shares = [_share_at(height, mine) for height in heights]
        return {"upto_m": list(UPTO_M), "by_bin": shares}
    return None


def _share_at(height_px: float, rows: Sequence[ByHeight]) -> float:
    """Of the bin that holds the height, or of the nearest measured one; LEAST below them all."""
    if height_px < min(row.from_px for row in rows):
        return LEAST
    best = max((row for row in rows if row.from_px <= height_px), key=lambda row: row.from_px)
    return round((best.recall.value * best.boxes + 0.5) / (best.boxes + 1), 3)


def _expected(sightings: Sequence[Sighting], kinds: Mapping[str, Any]) -> Floats:
    """What the table expects of each sighting when nothing hides it."""
    result = np.zeros(len(sightings))
    for i, sighting in enumerate(sightings):
        row = kinds.get(sighting.kind)
        number = int(np.searchsorted(row["upto_m"], sighting.distance_m)) if row else 0
        if row and number < len(row["by_bin"]):
            result[i] = row["by_bin"][number]
    return result


def _hidden(
    sightings: Sequence[Sighting], kinds: Mapping[str, Any], thresholds: Mapping[str, float]
) -> tuple[Floats, NDArray[np.intp]]:
    """(classes,) of the occluded, how many would be found if they were free, and how many are."""
    hidden = [s for s in sightings if s.visible < OCCLUDED]
    number = np.array([CLASSES.index(s.kind) for s in hidden], np.intp)
    found = np.array([s.score >= thresholds[s.kind] for s in hidden], bool)
    expected: Floats = np.zeros(len(CLASSES))
    np.add.at(expected, number, _expected(hidden, kinds))
    return expected, np.bincount(number[found], minlength=len(CLASSES))


def _left(name: str, prior: float, expected: NDArray[Any], found: NDArray[Any]) -> dict[str, Any]:
    """What is left of recall, of all kinds together and of each; expected, found: (classes,).

    A kind's few cases are put together with `ALIKE` of all kinds (B. Efron and C. Morris, "Data
    analysis using Stein's estimator", 1975).
    """
    every = found.sum() / expected.sum() if expected.sum() >= FEWEST_OCCLUDED else prior
    every = float(np.clip(every, 0, 1))
    each = ((found + ALIKE * every) / (expected + ALIKE)).clip(0, 1)
    factors = {
        kind: round(float(share), 3)
        for kind, share, cases in zip(KINDS, each, expected, strict=True)
        if cases > 0
    }
    if ANIMAL in factors:  # whoever sees one may call it that
        factors |= dict.fromkeys(sorted(LIVING), factors[ANIMAL])
    return {f"{name}_factor": round(every, 3), f"{name}_factors": factors}


def _pass_correlation(
    sightings: Sequence[Sighting], kinds: Mapping[str, Any], thresholds: Mapping[str, float]
) -> float:
    """Correlation of the misses of two frames of one thing's pass, 0..1: the mean over kinds.

    Of each kind, products of what is off over products of the standard deviations, both summed
    over all pairs: a mean of ratios would be that of the few misses where hardly one was expected.
    And a sum over kinds would be that of the animals, in which species that are always found and
    species that never are stand under one name.
    """
    free = [s for s in sightings if s.visible >= FREE]
    found = []
    for kind in sorted({s.kind for s in free}):
        mine = [s for s in free if s.kind == kind]
        number = np.unique([s.number for s in mine], return_inverse=True)[1]
        counts = np.bincount(number)
        if (counts * (counts - 1)).sum() < FEWEST_OCCLUDED:
            continue
        expected = _expected(mine, kinds).clip(0.02, 0.98)
        seen = np.array([s.score >= thresholds[kind] for s in mine], np.float64)
        off = _over_pairs(number, seen - expected)
        spread = _over_pairs(number, np.sqrt(expected * (1 - expected)))
        found.append(np.clip(off / spread, 0, 0.95))
    return round(float(np.mean(found)), 3) if found else PRIOR_CORRELATION


def _over_pairs(number: NDArray[np.intp], values: Floats) -> float:
    """Sum of the products of all ordered pairs of values with the same number."""
    return float((np.bincount(number, values) ** 2 - np.bincount(number, values**2)).sum())


def _false_alarms(
    figures: Figures, drive: Drive, thresholds: Mapping[str, float], correlation: float
) -> dict[str, Any]:
    """Chance of a false report of one spot of 10 m in a pass, by kind, and their mean: reports on
    ordinary frames, where little can be mistaken, and on the rendered drives, where much can, over
    the spots of both. Where none was false, the next one may be (P. S. Laplace's rule).

    Frames of a pass repeat each other's errors, so eight of them count as 8 / (1 + 7 rho).
    """
    alarms = figures.alarms_all
    independent = FRAMES / (1 + (FRAMES - 1) * correlation)
    spots = (alarms.frames + 1) * SPOTS / independent + drive.length_m / SPOT_M
    wrong = Counter(
        each.kind for each in drive.passes if not each.true and each.best >= thresholds[each.kind]
    )
    chances = {
        kind: round(float(np.clip((alarms.by_kind[name] + wrong[name] + 1) / spots, 1e-6, 0.5)), 6)
        for kind, name in zip(KINDS, CLASSES, strict=True)
    }
    mean = round(float(np.mean(list(chances.values()))), 6)
    return {"false_alarm_per_pass": mean, "false_alarms": chances}


def _shape(figures: Figures, right: bool) -> list[float]:
    """Beta density of the scores of right or wrong reports by moments, both parameters >= 1.

    A picture is a pass of one frame.
    """
    scores = np.concatenate(
        [
            each.scores[(each.scores >= threshold) & (each.hits[:, 0] == right)]
            for each, threshold in zip(figures.matched, figures.working.shipped, strict=True)
        ]
    )
    if len(scores) < FEWEST_OCCLUDED or np.var(scores) == 0:
        return list(PRIOR_SHAPES[right])
    mean, variance = float(np.mean(scores)), float(np.var(scores))
    strength = max(mean * (1 - mean) / variance - 1, 0.0)
    return [round(float(np.clip(share * strength, 1, 1000)), 3) for share in (mean, 1 - mean)]
