"""How likely a hazard was over time, as a line that a template draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hazardmap.core.decay import probability_at
from hazardmap.core.full_times import hour_of, ten_minutes_of
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

    passes: in order of time. Each counts at the beginning of its hour, the first and the last when
    the hazard was seen first and last. What all of them come to shows when the hazard was judged
    last, from where it fades to what it is now.
    """
    seen = [one for one in passes if one.seen]
    if not seen:
        return None
    known = [hazard.first_seen] * (len(seen) - 1) + [_last_seen(hazard)]
    pairs = zip(seen, known, strict=True)
    steps = [(_told(hour_of(one.last_at), at), one.p_after) for one, at in pairs]
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


def _last_seen(hazard: Hazard) -> datetime:
    """To the minute, where it was judged in the same ten minutes: by what was seen then."""
    judged = hazard.t_ref
    same = ten_minutes_of(judged) == ten_minutes_of(hazard.last_seen)
    return judged if same else hazard.last_seen


def _told(hour: datetime, known: datetime) -> datetime:
    """What is known of a moment in an hour: a time that is told of the hazard, if it lies there."""
    return known if hour_of(known) == hour else hour
