"""The simulated town: fixed, repeatable, fast, and telling the truth."""

import time
from itertools import islice

import numpy as np
import pytest

from hazardmap.core.geometry.geodesy import between
from hazardmap.core.kinds import KINDS as TABLE
from tests.sim import scenario as scenario_file
from tests.sim.lines import lines
from tests.sim.scenario import scenario
from tests.sim.town import CORNER, Town
from tests.sim.world import KINDS


@pytest.fixture(scope="module")
def town():
    return Town(scenario(blocks=10), seed=7, days=1.0)


def test_a_changed_scenario_is_refused(tmp_path, monkeypatch):
    changed = tmp_path / "sim.toml"
    changed.write_text(scenario_file.FILE.read_text().replace("days = 21", "days = 2"))
    monkeypatch.setattr(scenario_file, "FILE", changed)
    with pytest.raises(ValueError, match="not the fixed scenario"):
        scenario()


def test_the_same_seed_gives_the_same_stream(town):
    again = Town(scenario(blocks=10), seed=7, days=1.0)
    assert list(islice(town.drives(), 5)) != []
    for one, other in islice(zip(town.drives(), again.drives(), strict=True), 5):
        assert (one.views, one.observations, one.sources) == (
            other.views,
            other.observations,
            other.sources,
        )
    different = Town(scenario(blocks=10), seed=8, days=1.0)
    assert next(different.drives()).views != next(town.drives()).views


def test_reports_of_things_stand_near_them(town):
    apart_m = []
    for drive in islice(town.drives(), 40):
        for seen, source in zip(drive.observations, drive.sources, strict=True):
            if source < len(town.sources.kind) and seen.range_m < 15.0:
                east, north = town.sources.place_m[source]
                bearing, distance_m = between(*CORNER, seen.lon, seen.lat)
                place = distance_m * np.array(
                    [np.sin(np.radians(bearing)), np.cos(np.radians(bearing))]
                )
                apart_m.append(float(np.hypot(*(place - [east, north]))))
                assert KINDS[town.sources.kind[source]] == seen.kind
    assert len(apart_m) > 20
    assert np.median(apart_m) < 15.0


def test_only_what_is_there_is_reported(town):
    for drive in islice(town.drives(), 40):
        real = [s for s in drive.sources if s < len(town.sources.kind)]
        assert (town.sources.born_h[real] <= drive.end_h).all()
        assert (drive.end_h < town.sources.gone_h[real]).all()


def test_duplicates_and_late_passes_come_by_arrival(town):
    order = [drive.number for drive in town.by_arrival()]
    assert set(order) == set(range(len(town.plan.street)))
    assert len(order) == len(town.plan.street) + int(town.plan.twice.sum())
    assert order != sorted(order)


def test_liars_hide_what_is_there():
    town = Town(scenario(blocks=10, liars=1.0), seed=7, days=0.5)
    assert (town.fleet.liar != 0).all()
    for drive in islice(town.drives(), 20):
        assert all(source >= len(town.sources.kind) for source in drive.sources)


def test_kinds_are_kinds_of_the_map():
    assert set(KINDS) <= set(TABLE)


def test_a_line_per_pass_after_the_truth():
    first, *_, last = lines(7, 0.2, 10)
    assert {"source", "kind", "born_h"} <= first.keys()
    assert {"pass", "witness", "observations", "arrives_at"} <= last.keys()


def test_a_million_frames_take_minutes(town):
    began, frames = time.process_time(), 0
    for drive in islice(town.drives(), 30):
        frames += len(drive.views)
    assert (time.process_time() - began) / frames * 1e6 < 300.0
