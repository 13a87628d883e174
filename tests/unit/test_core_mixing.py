"""How far a report may have been meant for a neighbour."""

import pytest

from hazardmap.core.fusion.candidate import Candidate
from hazardmap.core.fusion.fuse import on_plane
from hazardmap.core.fusion.mixing import mixed
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.replay import Replay
from hazardmap.core.geometry.geodesy import Plane
from hazardmap.core.seeing.association import things
from hazardmap.core.seeing.passes import split
from hazardmap.core.seeing.sightings import Thing
from tests.scenes import HELSINKI, NOON, Fleet, ahead


def known(*metres: float, kind: str = "cone") -> list[Candidate]:
    """What a map has after two passes by things so far ahead."""
    fleet = Fleet()
    for witness in (1, 2):
        fleet.drive(witness, there=[ahead(at, kind) for at in metres])
    plane = Plane(*HELSINKI)
    by_frame = {view.frame_id: view for view in fleet.views}
    sightings = on_plane(fleet.observations, by_frame, plane)
    return Replay(plane, FusionParams(), sightings).run(split(fleet.views), ())


def reported(metres: float, kind: str = "cone") -> Thing:
    fleet = Fleet(seed=2)
    seen = fleet.drive(3, there=[ahead(metres, kind)])
    by_frame = {view.frame_id: view for view in fleet.views}
    (thing,) = things(list(on_plane(seen, by_frame, Plane(*HELSINKI)).values()))
    return thing


def share(candidates: list[Candidate], thing: Thing, own: int | None = None) -> float:
    (mix,) = mixed(candidates, [thing], {} if own is None else {own: 0}, NOON)
    return mix


def test_a_lone_thing_is_not_mistaken():
    assert share([], reported(40.0)) == 0.0
    assert share(known(40.0), reported(40.0), own=0) == 0.0


def test_the_nearer_the_neighbour_the_less_a_report_says():
    far, near = share(known(34.0), reported(48.0)), share(known(44.0), reported(48.0))
    assert 0.0 < far < near < 0.5


def test_neighbours_of_another_sort_or_out_of_reach_cause_nothing():
    assert share(known(44.0, kind="cow"), reported(48.0)) == 0.0
    assert share(known(20.0), reported(48.0)) == 0.0


def test_more_neighbours_are_more_likely_to_have_caused_it():
    one, two = share(known(44.0), reported(48.0)), share(known(44.0, 53.0), reported(48.0))
    assert one < two <= 0.95


def test_a_neighbour_that_is_hardly_believed_in_hardly_counts():
    candidates = known(44.0)
    before = share(candidates, reported(48.0))
    (candidate,) = candidates
    p = candidate.belief.exists
    candidate.belief = candidate.belief._replace(exists=0.1, empty=0.9, lookalike=0.0, past=0.0)
    assert share(candidates, reported(48.0)) == pytest.approx(before * 0.1 / p, rel=1e-6)
