"""How likely a hazard was over time, as a line that a template draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hazardmap.core.decay import probability_at
from hazardmap.core.hazard import Evidence

WIDTH, HEIGHT = 600.0, 120.0
STEPS = 12
SHORTEST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Dot:
    """A pass; x, y: its place in the drawing."""

    x: str
    y: str
    seen: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """points: of an SVG polyline in a box of WIDTH × HEIGHT; probability 1 is at the top."""

    points: str
    dots: list[Dot]
    begins: datetime
    ends: datetime


def curve_of(passes: Sequence[Evidence], half_life_s: float, now: datetime) -> Curve | None:
    """From the first pass until now: a step at each pass, fading between them. None: no passes.

    passes: in order of time.
    """
    if not passes:
        return None
    begins = passes[0].last_at
    span = max(now - begins, SHORTEST)

    def at(when: datetime, p: float) -> tuple[str, str]:
        x = WIDTH * min(max((when - begins) / span, 0.0), 1.0)
        return f"{x:.1f}", f"{HEIGHT * (1.0 - p):.1f}"

    points, dots = [], []
    for index, one in enumerate(passes):
        until = passes[index + 1].last_at if index + 1 < len(passes) else now
        x, y = at(one.last_at, one.p_after)
        dots.append(Dot(x, y, one.seen))
        for step in range(STEPS + 1):
            when = one.last_at + (until - one.last_at) * step / STEPS
            points.append(at(when, probability_at(one.p_after, one.last_at, half_life_s, when)))
    return Curve(" ".join(f"{x},{y}" for x, y in points), dots, begins, begins + span)
