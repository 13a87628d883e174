"""How likely a hazard was over time, as a line that a template draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hazardmap.core.decay import probability_at
from hazardmap.core.full_times import hour_of
from hazardmap.core.fusion.hazard import Evidence, Hazard

WIDTH, HEIGHT = 600.0, 120.0
STEPS = 12
SHORTEST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Dot:
    """A pass that saw it; x, y: its place in the drawing."""

    x: str
    y: str


@dataclass(frozen=True, slots=True)
class Curve:
    """points: of an SVG polyline in a box of WIDTH × HEIGHT; probability 1 is at the top."""

    points: str
    dots: list[Dot]
    begins: datetime
    ends: datetime


def curve_of(hazard: Hazard, passes: Sequence[Evidence], now: datetime) -> Curve | None:
    """From the first pass that saw it until now: a step at each, and fading; None without one.

    passes: in order of time. Each counts at the beginning of its hour. What all of them come to
    shows when the hazard was judged last, from where it fades to what it is now.
    """
    steps = [(hour_of(one.last_at), one.p_after) for one in passes if one.seen]
    if not steps:
        return None
    begins = steps[0][0]
    span = max(now - begins, SHORTEST)

    def at(when: datetime, p: float) -> tuple[str, str]:
        x = WIDTH * min(max((when - begins) / span, 0.0), 1.0)
        return f"{x:.1f}", f"{HEIGHT * (1.0 - p):.1f}"

    dots = [Dot(*at(when, p)) for when, p in steps]
    steps.append((max(hazard.t_ref, steps[-1][0]), hazard.p))
    points = []
    for index, (begin, p) in enumerate(steps):
        until = steps[index + 1][0] if index + 1 < len(steps) else now
        for step in range(STEPS + 1):
            when = begin + (until - begin) * step / STEPS
            points.append(at(when, probability_at(p, begin, hazard.half_life_s, when)))
    return Curve(" ".join(f"{x},{y}" for x, y in points), dots, begins, begins + span)
