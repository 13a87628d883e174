"""Render the demonstration's drive with what `make up` has fetched."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from detection.render.drive import DriveSummary, head_start, render_drive
from detection.render.roads import RoadsError

__all__ = ["DriveSummary", "RoadsError", "demo_drive"]


def demo_drive(
    *,
    out: Path,
    seed: int,
    start: datetime | None = None,
    drives: int = 2,
    objects: int | None = None,
    frame_spacing_m: float,
    progress: Callable[[int, int], None] | None = None,
) -> DriveSummary:
    """So many dashcams drive down one street of Helsinki, one after the other.

    start: of the first frame; None for as long ago as the last of them needs to have arrived.
    Raises RoadsError, OSError or ValueError where assets are missing or arguments are wrong.
    """
    return render_drive(
        roads=settings.ASSETS / "roads.geojson",
        out=out,
        seed=seed,
        drives=drives,
        start=start or timezone.now() - head_start(drives),
        objects=objects,
        frame_spacing_m=frame_spacing_m,
        progress=progress,
    )
