"""Where cameras looked: "no hazard" and "no data" are different answers."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from hazardmap.core.full_times import hour_of
from hazardmap.core.geometry.coverings import looked_cell
from hazardmap.core.geometry.geodesy import moved
from hazardmap.core.seeing.observation import View
from hazardmap.core.seeing.passes import heading_deg

_AHEAD_M: Final = 25.0  # the middle of what a camera sees well


class Looked(NamedTuple):
    """One independent look: an account counts once an hour in a cell, however it drives there.

    cell: H3, coverings.LOOKED_RES. hour: the beginning of the hour, UTC. last_at: of its frames.
    """

    cell: int
    witness: int
    hour: datetime
    last_at: datetime


def looked(views: Iterable[View]) -> list[Looked]:
    """What a set of views has looked at, ordered by (cell, witness, hour).

    A union of sets gives the union with the later `last_at`, in any order and repetition. Views
    that cannot speak against anything (unusable, or without a heading) have looked at nothing.
    """
    latest: dict[tuple[int, int, datetime], datetime] = {}
    for view in views:
        heading = heading_deg(view)
        if heading is None or not view.usable:
            continue
        lon, lat, _ = moved(view.lon, view.lat, heading + view.camera.yaw_deg, _AHEAD_M)
        hour = hour_of(view.captured_at)
        key = looked_cell(lon, lat), view.witness, hour
        latest[key] = max(view.captured_at, latest.get(key, view.captured_at))
    return [Looked(*key, latest[key]) for key in sorted(latest)]
