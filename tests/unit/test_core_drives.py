"""What a drive knows of the things that it passes."""

from uuid import UUID

import numpy as np
import pytest

from hazardmap.core.derived.drives import Drive, aside_m, visits

THING = UUID(int=1)
PLACE_M = np.array([[5.0, 50.0]])


def lap(east_m: float) -> list[tuple[float, float]]:
    """Once around a block, past the thing on the way north."""
    return [(east_m, 0.0), (east_m, 100.0), (200.0, 100.0), (200.0, -40.0), (0.0, -40.0)]


def test_each_time_that_a_drive_comes_by_it_saw_the_thing_anew() -> None:
    """On the second lap everything is put 8 m too far east, the thing as well."""
    path_m = np.array([*lap(0.0), *lap(8.0)])
    along_m = np.concatenate(([0.0], np.cumsum(np.hypot(*np.diff(path_m, axis=0).T))))
    seen = [(5.0, np.array([5.0, 48.0])), (along_m[5] / 10.0 + 5.0, np.array([13.0, 52.0]))]
    drive = Drive(path_m, along_m, along_m / 10.0, {THING: seen})
    (passed,) = visits(drive, PLACE_M)
    assert [visit.off_m for visit in passed] == pytest.approx([5.0, 3.0])
    assert [aside_m(drive, visit, THING) for visit in passed] == pytest.approx([5.0, 5.0])
    assert aside_m(drive, passed[0], UUID(int=2)) is None
