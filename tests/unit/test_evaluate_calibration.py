"""Calibration never falls, and makes scores truer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from detection.evaluate import calibrate

GRID = np.linspace(0.0, 1.0, 51)


def reports(seed: int, count: int = 1500, sureness: float = 2.0) -> calibrate.Reports:
    """Scores whose log odds are `sureness` times too far out, in scenes of three."""
    rng = np.random.default_rng(seed)
    odds = rng.normal(-0.5, 1.2, count)
    right = rng.random(count) < expit(odds)
    return calibrate.Reports(expit(sureness * odds), right, np.arange(count) // 3)


def test_calibration_makes_scores_truer() -> None:
    one = reports(1)
    before = calibrate.expected_error(one.scores, one.right)
    fitted = calibrate.fit(one)
    assert before > 0.08
    assert calibrate.expected_error(fitted.unseen, one.right) < before / 2
    worth = calibrate.METHODS[fitted.method](one.scores, one.right)
    fresh = reports(2)
    assert calibrate.expected_error(worth(fresh.scores), fresh.right) < before / 2
    assert worth(expit(2 * logit(np.array([0.7])))) == pytest.approx(0.7, abs=0.06)


def test_what_is_calibrated_stays_as_it_is() -> None:
    one = reports(3, sureness=1.0)
    worth = calibrate.METHODS[calibrate.fit(one).method](one.scores, one.right)
    assert np.abs(worth(GRID) - GRID).max() < 0.12


@given(
    st.lists(st.tuples(st.floats(0.1, 1.0), st.booleans()), min_size=10, max_size=60),
    st.sampled_from(sorted(calibrate.METHODS)),
)
def test_no_method_ever_falls(pairs: list[tuple[float, bool]], method: str) -> None:
    scores, right = (np.array(column) for column in zip(*pairs, strict=True))
    worth = calibrate.METHODS[method](scores, right)(GRID)
    assert np.all(np.diff(worth) >= -1e-9)
    assert np.all((worth >= 0) & (worth <= 1))


def test_expected_error_by_hand() -> None:
    """Two of four right at 0.9, all of four right at 0.3: (0.4 + 0.7) / 2."""
    worth = np.repeat([0.9, 0.3], 4)
    right = np.array([1, 1, 0, 0, 1, 1, 1, 1], bool)
    assert calibrate.expected_error(worth, right) == pytest.approx(0.55)
