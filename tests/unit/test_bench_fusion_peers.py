"""The simpler maps, where they find out by themselves what a report is about."""

from collections.abc import Iterable
from types import SimpleNamespace
from uuid import UUID

import numpy as np
import pytest

from tests.bench.fusion.peers import Entries, Peers, best_peers
from tests.bench.fusion.sites import Sites
from tests.sim.scenario import scenario
from tests.sim.town import Town


@pytest.fixture(scope="module")
def town() -> Town:
    return Town(scenario(blocks=2), seed=3, days=1.0)


def thing(number: int, north_m: float) -> SimpleNamespace:
    """A cone as a pass reports it."""
    one = SimpleNamespace(id=UUID(int=number), kind="cone")
    seen = SimpleNamespace(observation=one)
    place = np.array([0.0, north_m])
    return SimpleNamespace(best=one, mean_m=place, sightings=[seen], observations=[one])


def rows(entries: Entries, *things: SimpleNamespace) -> Iterable[int]:
    site_of = {one.best.id: 0 for one in things}
    found = entries.take(things, site_of)
    return [found[one.best.id] for one in things]


def test_a_report_joins_the_nearest_within_the_gate_and_no_other(town):
    entries = Entries(10.0, Sites(town))
    assert rows(entries, thing(1, 0.0)) == [0]
    assert rows(entries, thing(2, 8.0)) == [0]
    assert entries.place_m[0].tolist() == [0.0, 4.0]  # the mean of its reports
    assert rows(entries, thing(3, 15.0)) == [1]


def test_two_things_of_a_pass_never_join_one_entry(town):
    entries = Entries(10.0, Sites(town))
    rows(entries, thing(1, 0.0))
    assert rows(entries, thing(2, 1.0), thing(3, 4.0)) == [0, 1]


def test_a_second_entry_about_a_site_is_about_nothing_and_what_has_none_is_missed(town):
    sites = Sites(town)
    for source in (10**6, 10**6 + 1):  # no things of this town
        sites.of(source, 0, np.array([0.0, 100.0 * (source - 10**6)]))
    entries = Entries(10.0, sites)
    rows(entries, thing(1, 0.0))
    rows(entries, thing(2, 30.0))
    of_entries, missed = entries.judged(np.array([1.0, 1.0]))
    assert of_entries.tolist() == [0.0, 1.0]  # the one that was reported last is about the site
    assert missed == 1.0


def test_the_best_gate_counts(town):
    peers = Peers(Sites(town))
    sums = peers.sums
    sums.missed[:] = [3.0, 2.0, 5.0, 7.0]
    assert {peer.squares for peer in best_peers(sums).values()} == {2.0}
