"""Passes: the frames of one device by one place, which count as one piece of evidence."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final
from uuid import UUID

from hazardmap.core.geometry.geodesy import between
from hazardmap.core.ids import child_id
from hazardmap.core.seeing.observation import View

GAP: Final = timedelta(seconds=60)
STANDS: Final = timedelta(hours=1)
"""A device that has not driven on looks at the same things again: one pass, so long at most."""
_STILL_M: Final = 15.0  # beside what the receiver may err
_TURNED_DEG: Final = 90.0
JITTER_M: Final = 1.0  # of a position from frame to frame, beside the offset of the pass
ACCURACY_FLOOR_M: Final = 1.5
_ACCURACY_CEILING_M: Final = 1000.0
_ACCURACY_UNKNOWN_M: Final = 25.0
_HEADING_UNKNOWN_DEG: Final = 20.0


@dataclass(frozen=True)
class Pass:
    """Consecutive views of one device, in order of (captured_at, frame_id), at least one."""

    id: UUID
    views: tuple[View, ...]

    @property
    def first_at(self) -> datetime:
        return self.views[0].captured_at

    @property
    def last_at(self) -> datetime:
        return self.views[-1].captured_at

    @cached_property
    def dark(self) -> bool:
        """Whether most of its frames were taken in the dark."""
        return 2 * sum(view.dark for view in self.views) > len(self.views)


@dataclass(frozen=True, slots=True)
class End:
    """Where and when a pass was left, which decides whether a later view still belongs to it."""

    device_id: UUID
    witness: int
    first_at: datetime
    last_at: datetime
    lon: float
    lat: float
    accuracy_m: float
    heading_deg: float | None

    @property
    def until(self) -> datetime:
        """No view after this prolongs it."""
        return max(self.last_at + GAP, self.first_at + STANDS)

    def goes_on(self, view: View) -> bool:
        """Whether a later view of the same device belongs to it: the next of a drive, or one from
        where the device still stands and looks the same way as far as anybody knows."""
        if view.captured_at - self.last_at <= GAP:
            return True
        return view.captured_at - self.first_at <= STANDS and self._overlaps(view)

    def _overlaps(self, view: View) -> bool:
        _, apart_m = between(self.lon, self.lat, view.lon, view.lat)
        if apart_m > _STILL_M + self.accuracy_m + accuracy_m(view):
            return False
        heading = heading_deg(view)
        if heading is None or self.heading_deg is None:
            return True
        return abs((heading - self.heading_deg + 180.0) % 360.0 - 180.0) < _TURNED_DEG


def end(first: View, last: View) -> End:
    """Of the pass from the one view to the other."""
    return End(
        device_id=last.device_id,
        witness=last.witness,
        first_at=first.captured_at,
        last_at=last.captured_at,
        lon=last.lon,
        lat=last.lat,
        accuracy_m=accuracy_m(last),
        heading_deg=heading_deg(last),
    )


def split(views: Iterable[View]) -> list[Pass]:
    """Passes of a set of distinct views, ordered by (last_at, id).

    A pass ends where its device sent nothing for more than a minute and has driven on or turned
    round meanwhile, or has stood there for an hour. The result depends on the set of views only. A
    pass is named after its device and its first frame.
    """
    by_device: dict[tuple[UUID, int], list[View]] = defaultdict(list)
    for view in sorted(views, key=lambda v: (v.captured_at, v.frame_id)):
        by_device[view.device_id, view.witness].append(view)
    passes = []
    for of_device in by_device.values():
        start = 0
        for i, view in enumerate(of_device):
            last = i + 1 == len(of_device)
            if last or not _goes_on(of_device[start], view, of_device[i + 1]):
                passes.append(_pass(of_device[start : i + 1]))
                start = i + 1
    return sorted(passes, key=lambda p: (p.last_at, p.id))


def _goes_on(first: View, last: View, view: View) -> bool:
    soon = view.captured_at - last.captured_at <= GAP  # mostly; an End costs more than this
    return soon or end(first, last).goes_on(view)


def _pass(views: list[View]) -> Pass:
    first = views[0]
    return Pass(child_id(first.frame_id, "pass", first.device_id.hex), tuple(views))


def accuracy_m(view: View) -> float:
    """Sigma of the view's position per axis: 1.5..1000 m, 25 m where it is nonsense."""
    if math.isfinite(view.accuracy_m) and view.accuracy_m > 0.0:
        return min(max(view.accuracy_m, ACCURACY_FLOOR_M), _ACCURACY_CEILING_M)
    return _ACCURACY_UNKNOWN_M


def heading_deg(view: View) -> float | None:
    """The view's heading within 0..360, None where it is missing or nonsense."""
    if view.heading_deg is None or not math.isfinite(view.heading_deg):
        return None
    return view.heading_deg % 360.0


def heading_sigma_deg(view: View) -> float:
    """Sigma of the heading, 1..90; 20 where it is nonsense."""
    sigma = view.heading_sigma_deg
    if math.isfinite(sigma) and sigma > 0.0:
        return min(max(sigma, 1.0), 90.0)
    return _HEADING_UNKNOWN_DEG
