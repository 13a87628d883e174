"""Passes: the frames of one device by one place, which count as one piece of evidence."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final
from uuid import UUID

from hazardmap.core.ids import child_id
from hazardmap.core.observation import View

GAP: Final = timedelta(seconds=60)
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


def split(views: Iterable[View]) -> list[Pass]:
    """Passes of a set of distinct views, ordered by (last_at, id).

    A pass ends where its device sent nothing for more than a minute. The result depends on the
    set of views only. A pass is named after its device and its first frame.
    """
    by_device: dict[tuple[UUID, int], list[View]] = defaultdict(list)
    for view in sorted(views, key=lambda v: (v.captured_at, v.frame_id)):
        by_device[view.device_id, view.witness].append(view)
    passes = []
    for of_device in by_device.values():
        start = 0
        for i, view in enumerate(of_device):
            last = i + 1 == len(of_device)
            if last or of_device[i + 1].captured_at - view.captured_at > GAP:
                passes.append(_pass(of_device[start : i + 1]))
                start = i + 1
    return sorted(passes, key=lambda p: (p.last_at, p.id))


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
