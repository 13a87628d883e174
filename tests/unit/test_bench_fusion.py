"""The fusion benchmark's sums, and its short form from end to end."""

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from hazardmap.core.fusion.fuse import on_plane
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.replay import Replay
from hazardmap.core.geometry.geodesy import Plane
from hazardmap.core.seeing.passes import split
from tests.bench.fusion.baselines import best_count, best_ttl
from tests.bench.fusion.calibration import Calibration
from tests.bench.fusion.figures import figures, summary
from tests.bench.fusion.kept import imported
from tests.bench.fusion.run import run
from tests.fuse import fuse
from tests.scenes import NOON, Fleet, ahead
from tests.sim.scenario import scenario
from tests.sim.town import Town

ROOT = Path(__file__).parents[2]
NAMES = {
    "ece", "decile_error_max", "brier_over_ttl", "brier_over_log_odds", "clear_passes_to_drop",
    "occluded_passes_drop", "position_median_3_m", "position_median_8_m", "radius95_coverage",
    "duplicate_rate", "merge_rate",
}  # fmt: skip


def test_a_calibrated_forecast_has_no_error_and_its_own_variance():
    sums = Calibration()
    sums.add(np.full(10, 0.3), np.array([1.0] * 3 + [0.0] * 7), 10)
    assert sums.ece == pytest.approx(0.0)
    assert sums.brier == pytest.approx(0.21)


def test_an_overconfident_one_is_found_out():
    sums = Calibration()
    sums.add(np.full(10, 0.95), np.array([1.0] * 5 + [0.0] * 5), 10)
    assert sums.ece == pytest.approx(0.45)
    assert sums.decile_error_max == pytest.approx(0.45)


def test_the_best_time_to_live_cuts_where_truth_ends():
    by_age = np.zeros((1, 5, 6, 2))
    by_age[0, 0, :3, 1] = 10
    by_age[0, 0, 3:, 0] = 10
    assert best_ttl(by_age) == pytest.approx(0.0)
    assert best_count(by_age) == pytest.approx(0.0)


def test_the_short_form_gives_every_figure():
    # Longer than a day: then the map learns whom it trusts.
    outcome = run(Town(scenario(blocks=4), seed=3, days=1.1), FusionParams(), every_h=3.0)
    found = figures([summary(outcome)], FusionParams())
    assert {figure["measure"] for figure in found} >= NAMES
    json.dumps(found)


def test_a_stream_is_kept_only_while_fusion_itself_is_the_same():
    files = {path.relative_to(ROOT).as_posix() for path in imported()}
    assert {"hazardmap/core/fusion/candidate.py", "tests/bench/fusion/run.py"} <= files
    assert "tests/bench/fusion/report.py" not in files


def test_the_incremental_form_is_fuse():
    """What the benchmark does pass by pass leaves what `fuse` makes of the whole set."""
    fleet = Fleet()
    there = [ahead(30.0, "cow", right_m=8.0), ahead(48.0, "cone")]
    for i in range(6):
        fleet.drive(i, NOON + timedelta(hours=i), there=there[: i % 3], offset_m=3.0)
    expected = fuse(fleet.views, fleet.observations, FusionParams())
    plane = Plane(fleet.observations[0].lon, fleet.observations[0].lat)
    by_frame = {view.frame_id: view for view in fleet.views}
    found = on_plane(fleet.observations, by_frame, plane)
    replay = Replay(plane, FusionParams(), found)
    for one in split(fleet.views):
        replay.take(one)
    left = sorted(c.belief.exists for c in replay.candidates if c.shown)
    assert left == pytest.approx(sorted(one.hazard.p for one in expected), abs=1e-9)
