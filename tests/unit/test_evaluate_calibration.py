"""Calibration never falls, and makes scores truer."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from detection.evaluate import calibrate
from detection.evaluate.measure import measure, sample
from detection.evaluate.records import calibration_json
from detection.labelled import ALL, KINDS
from tests.evaluated import crowd


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
    fresh = reports(2)
    worth = np.interp(fresh.scores, fitted.curve.scores, fitted.curve.probabilities)
    assert calibrate.expected_error(worth, fresh.right) < before / 2
    half = np.interp(expit(2 * logit(0.7)), fitted.curve.scores, fitted.curve.probabilities)
    assert half == pytest.approx(0.7, abs=0.06)


def test_what_is_calibrated_stays_as_it_is() -> None:
    fitted = calibrate.fit(reports(3, sureness=1.0))
    assert np.abs(fitted.curve.probabilities - fitted.curve.scores).max() < 0.12


@given(
    st.lists(st.tuples(st.floats(0.1, 1.0), st.booleans()), min_size=10, max_size=60),
    st.sampled_from(sorted(calibrate.METHODS)),
)
def test_no_method_ever_falls(pairs: list[tuple[float, bool]], method: str) -> None:
    scores, right = (np.array(column) for column in zip(*pairs, strict=True))
    worth = calibrate.METHODS[method](scores, right)(calibrate.GRID)
    assert np.all(np.diff(worth) >= -1e-9)
    assert np.all((worth >= 0) & (worth <= 1))


def test_expected_error_by_hand() -> None:
    """Two of four right at 0.9, all of four right at 0.3: (0.4 + 0.7) / 2."""
    worth = np.repeat([0.9, 0.3], 4)
    right = np.array([1, 1, 0, 0, 1, 1, 1, 1], bool)
    assert calibrate.expected_error(worth, right) == pytest.approx(0.55)


def test_more_frames_count_in_a_pass() -> None:
    rng = np.random.default_rng(7)
    frames = rng.integers(1, 9, 2000)
    best = rng.uniform(0.1, 0.95, 2000)
    right = rng.random(2000) < expit(logit(best) - 1 + 1.5 * np.log(frames))
    curve = calibrate.fit_passes(best, frames, right)
    assert curve.frames == pytest.approx(1.5, abs=0.4)
    assert curve.constant == pytest.approx(-1, abs=0.4)
    assert min(curve.rise, curve.fall) >= 0


def test_what_is_written_rises_and_has_the_names_of_the_map() -> None:
    figures = measure(sample(*crowd(8, 80)), ALL)
    passes = calibrate.PassCurve(0.1, 1.0, 0.5, 0.3)
    data = json.loads(json.dumps(calibration_json(figures, "ab" * 32, passes)))
    assert data["passes"] == {"constant": 0.1, "rise": 1.0, "fall": 0.5, "frames": 0.3}
    assert "cone" in data["curves"]
    assert set(data["curves"]) <= set(KINDS)
    for curve in (*data["curves"].values(), data["default"]):
        assert len(curve["scores"]) == len(curve["probabilities"]) > 2
        assert np.all(np.diff(curve["scores"]) > 0)
        assert np.all(np.diff(curve["probabilities"]) >= 0)
