"""Places after a pass: alone as an information filter, in a row as one body."""

import numpy as np
import pytest

from hazardmap.core.seeing.placing import Place, Report, joined, placed_anew

SHARP = 0.5 * np.eye(2)
GNSS_M2 = 25.0


def report(east_m: float, north_m: float) -> Report:
    return Report(np.array([east_m, north_m]), SHARP, GNSS_M2)


def row_of(*norths_m: float) -> list[Place]:
    """Things that the same pass has reported."""
    return placed_anew([], [report(0.0, north_m) for north_m in norths_m])


def test_a_lone_thing_is_the_mean_of_its_passes():
    (place,) = placed_anew([], [report(0.0, 0.0)])
    for east_m in (3.0, 6.0):
        (place,) = placed_anew([(place, report(east_m, 0.0))], [])
    assert place.mean_m == pytest.approx([3.0, 0.0])
    assert place.cov_m2 == pytest.approx((SHARP + GNSS_M2 * np.eye(2)) / 3.0)
    assert place.common_m2 == pytest.approx(GNSS_M2 / 3.0)


def test_what_a_pass_did_not_report_moves_with_its_row_and_is_known_no_better():
    first, missed, last = row_of(0.0, 8.0, 16.0)
    after = placed_anew([(first, report(6.0, 0.0)), (missed, None), (last, report(6.0, 16.0))], [])
    moves_m = [place.mean_m[0] for place in after]
    assert moves_m == pytest.approx([3.0] * 3, abs=0.15)
    assert after[1].cov_m2 == pytest.approx(missed.cov_m2)


def test_what_is_new_beside_the_known_is_placed_without_the_error_of_the_pass():
    known = row_of(0.0, 8.0)
    for _ in range(9):
        known = placed_anew([(place, report(*place.mean_m.tolist())) for place in known], [])
    seen = [(place, report(8.0, place.mean_m[1])) for place in known]
    *_, new = placed_anew(seen, [report(8.0, 16.0)])
    assert new.mean_m == pytest.approx([0.9, 16.0], abs=0.4)


def test_the_order_of_a_row_is_no_matter():
    row, told = row_of(0.0, 8.0, 16.0), [report(5.0, 1.0), None, report(4.0, 15.0)]
    after = placed_anew(list(zip(row, told, strict=True)), [])
    back = placed_anew(list(zip(row[::-1], told[::-1], strict=True)), [])
    for one, same in zip(after, back[::-1], strict=True):
        assert one.mean_m == pytest.approx(same.mean_m)


def test_two_places_of_one_thing_lie_between():
    a, b = row_of(0.0)[0], row_of(6.0)[0]
    assert joined(a, b).mean_m == pytest.approx([0.0, 3.0], abs=1e-3)
