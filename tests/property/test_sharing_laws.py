"""Laws of the contributors' share: who told the truth first gets it, and the sums are exact."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hazardmap.core.fusion.hazard import Evidence, State
from hazardmap.core.fusion.trail import one_trail
from hazardmap.core.fusion.verdict import Ruling
from hazardmap.core.ids import uuid7
from hazardmap.core.selling.sharing import (
    PARTS,
    Part,
    Sold,
    Trail,
    earned,
    microbits_told,
    penalties,
    reasons,
    spoilt,
    weights,
)
from tests import told_scene
from tests.fuse import fuse
from tests.fused import PARAMS
from tests.scenes import Fleet, ahead

FEW = settings(max_examples=60, deadline=None)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def told(
    witness: int,
    p_before: float | None,
    p_after: float,
    *,
    seen: bool = True,
    real: float | None = None,
    minute: int = 0,
    received: int | None = None,
    bits: float = 0.0,
) -> Evidence:
    """By default what is believed real is what is believed to be there, and a pass is received
    when it says that it was. received: the minute."""
    at = NOON + minute * MINUTE
    came_at = at if received is None else NOON + received * MINUTE
    return told_scene.told(
        witness, p_before, p_after, at=at, received_at=came_at, seen=seen, real=real, bits=bits
    )


probabilities = st.floats(0, 1)
evidence = st.builds(
    told,
    st.integers(1, 4),
    st.none() | probabilities,
    probabilities,
    seen=st.booleans(),
    minute=st.integers(0, 90),
    bits=st.floats(-39, 39),
)
trails = st.builds(
    Trail,
    st.lists(evidence, max_size=6).map(lambda lines: sorted(lines, key=lambda one: one.last_at)),
    st.just(3600.0),
    cleared=st.booleans(),
    aliases=st.dictionaries(st.integers(2, 4), st.just(1)),
    verdict=st.none() | st.sampled_from(list(Ruling)),
)


@given(
    st.dictionaries(st.integers(1, 5).map(lambda n: UUID(int=n)), trails, max_size=4),
    st.dictionaries(
        st.builds(
            Sold, st.none() | st.integers(1, 6).map(lambda n: UUID(int=n)), st.integers(0, 7)
        ),
        st.integers(1, 50 * PARTS),
        min_size=1,
        max_size=5,
    ),
)
@FEW
def test_all_that_was_delivered_is_somebodys_or_nobodys(found, delivered):
    shares = weights(earned(delivered, found))
    assert sum(shares.values()) == sum(delivered.values())
    assert all(share > 0 for share in shares.values())
    owed = penalties(spoilt(delivered, found))
    assert all(units > 0 for units in owed.values())
    assert sum(owed.values()) <= sum(delivered.values())
    for parts, whose in ((earned(delivered, found), shares), (spoilt(delivered, found), owed)):
        assert len({part[:2] for part in parts}) == len(parts), "one for each witness and hazard"
        why = reasons(parts, most=99)
        assert all(0 < part.parts <= part.sold for part in why)
        for who in whose.keys() - {None}:
            own = [part.parts for part in why if part.witness == who]
            assert own == sorted(own, reverse=True)
            assert sum(own) == whose[who], "each is for hazards, to the last part"


def test_of_many_hazards_those_are_kept_that_were_most():
    parts = [Part(1, UUID(int=n), n, 9) for n in (3, 1, 2)]
    parts += [Part(None, UUID(int=1), 5, 9), Part(2, UUID(int=1), 1, 9)]
    assert reasons(parts, most=2) == [
        Part(1, UUID(int=3), 3, 9),
        Part(1, UUID(int=2), 2, 9),
        Part(2, UUID(int=1), 1, 9),
    ]


def test_a_line_tells_what_it_says_of_itself_whatever_stands_between():
    """Between the second line and the third people voted it down: that is nobody's."""
    lines = [told(1, 0.008, 0.92), told(2, 0.9, 0.97, minute=5), told(3, 0.4, 0.8, minute=9)]
    bits = microbits_told(Trail(lines, 3600.0))
    assert bits[1] / 1e6 == pytest.approx(math.log2(0.92 / 0.008), abs=1e-6)
    assert bits[2] / 1e6 == pytest.approx(math.log2(0.97 / 0.9), abs=1e-6)
    assert bits[3] / 1e6 == pytest.approx(math.log2(0.8 / 0.4), abs=1e-6)


def test_of_what_was_never_there_a_line_tells_by_how_much_less_it_is_believed():
    lines = [told(1, 0.008, 0.5), told(2, 0.5, 0.2, seen=False, minute=5)]
    bits = microbits_told(Trail(lines, 3600.0, verdict=Ruling.REJECT))
    assert bits[1] / 1e6 == pytest.approx(math.log2(0.5 / 0.992), abs=1e-6)
    assert bits[2] / 1e6 == pytest.approx(math.log2(0.8 / 0.5), abs=1e-6)


def test_old_rows_follow_from_their_neighbours():
    lines = [told(1, None, 0.9, bits=5.0), told(2, None, 0.99, bits=5.0, minute=60)]
    bits = microbits_told(Trail(lines, 3600.0))
    before = 0.9 / (0.9 + 0.1 * 32)
    assert bits[1] / 1e6 == pytest.approx(math.log2(0.9 / before), abs=1e-6)
    assert bits[2] / 1e6 == pytest.approx(math.log2(0.99 / 0.45), abs=1e-6)


def test_old_rows_were_real_if_they_were_ever_believed():
    """They do not say what was believed at the end of what has gone since."""
    lines = [told(1, None, 0.7), told(2, None, 0.95, minute=5)]
    gone = told(3, None, 0.04, seen=False, minute=200)
    assert Trail([*lines, gone], 3600.0, cleared=True).real


drives = st.lists(
    st.tuples(st.integers(1, 5), st.integers(0, 240), st.booleans()), min_size=1, max_size=7
)


@given(drives, st.sampled_from(["cone", "cow"]))
@FEW
def test_of_what_fusion_tells_no_report_speaks_against_what_it_reports(drives, kind):
    """And what a first report tells starts from what was assumed of the spot."""
    fleet, thing = Fleet(), ahead(45.0, kind)
    for witness, minute, there in drives:
        fleet.drive(witness, NOON + minute * MINUTE, there=[thing] if there else [])
    for one in fuse(fleet.views, fleet.observations, PARAMS):
        first = one.evidence[0]
        assert first.p_before == pytest.approx(PARAMS.prior(kind))
        assert all(0.0 <= item.real <= 1.0 for item in one.evidence)
        for item in one.evidence:
            (told,) = Trail([item], 3600.0, verdict=Ruling.CONFIRM).contributions
            assert told.bits >= -1e-9 if item.seen else told.bits <= 1e-9


def test_who_told_the_truth_shares_a_sale_by_bits_and_who_lied_owes_what_he_spoilt():
    """Three bits and one for it, one against it; half of the sale is of what nobody spoke about."""
    lines = [
        told(1, 0.0625, 0.5),
        told(2, 0.25, 0.5, minute=5),
        told(3, 0.5, 0.25, seen=False, minute=9),
    ]
    spoken, silent = UUID(int=1), UUID(int=2)
    trails = {spoken: Trail(lines, 3600.0, verdict=Ruling.CONFIRM), silent: Trail([], 3600.0)}
    sold = {Sold(spoken, 3): 800, Sold(silent): 500, Sold(None): 300}
    assert weights(earned(sold, trails)) == {1: 600, 2: 200, None: 800}
    assert penalties(spoilt(sold, trails)) == {}, "nobody reported it later, so it may have gone"
    lines.append(told(4, 0.5, 0.5, minute=20))
    trails[spoken] = Trail(lines, 3600.0, verdict=Ruling.CONFIRM)
    assert weights(earned(sold, trails)) == {1: 600, 2: 200, None: 800}
    assert penalties(spoilt(sold, trails)) == {3: 160}


def test_trails_that_prove_to_be_one_keep_what_each_line_told():
    """Two candidates that take turns: after the end of the one no line of the other is a fall."""
    here = [told(1, 0.008, 0.92), told(3, 0.9, 0.98, minute=4)]
    twin = [told(2, 0.008, 0.3, minute=2), told(4, 0.3, 0.5, minute=6)]
    trail = Trail(one_trail(here, twin), 3600.0)
    assert [one.witness for one in trail.contributions] == [1, 2, 3, 4]
    assert all(bits > 0 for bits in microbits_told(trail).values())


def test_sock_puppets_that_are_found_out_are_one_witness():
    lines = [told(1, 0.008, 0.9), told(2, 0.9, 0.98, minute=2), told(3, 0.95, 0.85, seen=False)]
    assert microbits_told(Trail(lines, 3600.0))[1] > 0
    assert microbits_told(Trail(lines, 3600.0, aliases={2: 1})) == {}
    denied = [told(1, 0.008, 0.5)]
    denied += [told(who, 0.3, 0.03, seen=False, minute=who) for who in (2, 3)]
    assert microbits_told(Trail(denied, 3600.0))[1] < 0
    assert microbits_told(Trail(denied, 3600.0, aliases={3: 2})) == {}
    assert microbits_told(Trail(denied, 3600.0, aliases={3: 1})) == {}, "he denied himself"


def test_on_their_devices_word_alone_nobody_settles_what_is_paid_for():
    """For and against."""
    reported = [told(1, 0.008, 0.9), told(2, 0.9, 0.98, minute=2)]
    denied = [told(1, 0.008, 0.5)]
    denied += [told(who, 0.3, 0.03, seen=False, minute=who) for who in (2, 3)]
    for lines in (reported, denied):
        words = [replace(line, checked=False) for line in lines]
        assert microbits_told(Trail(words, 3600.0)) == {}
        assert Trail(words, 3600.0, verdict=Ruling.CONFIRM).real
        assert microbits_told(Trail([*words[:-1], lines[-1]], 3600.0)) == microbits_told(
            Trail(lines, 3600.0)
        )
    alone = [replace(denied[0]), *(replace(line, checked=False) for line in denied[1:])]
    assert microbits_told(Trail(alone, 3600.0)) == {}, (
        "he who is denied is no witness against himself"
    )


def test_a_lone_report_that_nobody_tests_earns_nothing_and_owes_nothing():
    alone = Trail([told(1, 0.008, 0.92), told(1, 0.9, 0.98, minute=9)], 3600.0)
    assert alone.real is None
    sold = {Sold(UUID(int=1), 2): 5}
    assert weights(earned(sold, {UUID(int=1): alone})) == {None: 5}
    assert penalties(spoilt(sold, {UUID(int=1): alone})) == {}
    assert weights(earned({}, {})) == {None: 1}, "nor does anybody where nothing was sold"


def test_who_denies_what_was_never_there_earns():
    claims = [told(1, 0.008, 0.5), told(2, 0.5, 0.2, seen=False, minute=1)]
    claims.append(told(3, 0.2, 0.05, seen=False, minute=2))
    for verdict in (None, Ruling.REJECT):
        bits = microbits_told(Trail(claims, 3600.0, cleared=True, verdict=verdict))
        assert bits[1] < 0 < bits[2]
    bits = microbits_told(Trail(claims, 3600.0, verdict=Ruling.CONFIRM))
    assert set(bits) == {1}, "a moderator has seen its pictures, and not what came after them"
    assert bits[1] > 0


@pytest.mark.parametrize("cleared", [True, False])
def test_who_clears_what_has_gone_told_the_truth(cleared):
    lines = [
        told(1, 0.008, 0.92),
        told(2, 0.9, 0.5, seen=False, minute=5),
        told(3, 0.5, 0.97, minute=10),
        told(6, 0.97, 0.9, seen=False, minute=10),
        told(4, 0.8, 0.4, seen=False, real=0.9, minute=200),
        told(5, 0.4, 0.05, seen=False, real=0.8, minute=201),
    ]
    bits = microbits_told(Trail(lines, 3600.0, cleared=cleared))
    assert bits[1] > 0
    assert bits[3] > 0
    assert bits[2] < 0, "it was reported again, so it was there"
    assert bits[6] < 0, "it was reported at that very moment"
    if cleared:
        assert bits[4] > 0
        assert bits[5] > 0
    else:
        assert not bits.keys() & {4, 5}, "nobody has looked since, so nobody knows"


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=8
    ),
    st.integers(0, 61),
    st.booleans(),
)
@FEW
def test_only_what_was_received_before_a_sale_earns_from_it_or_owes(said, hour, confirmed):
    """However long ago it says that it was seen."""
    said.sort(key=lambda one: one[1])
    lines = [
        told(who, 0.2, 0.6 if who % 2 else 0.1, seen=who % 2 == 1, minute=at, received=at + later)
        for who, at, later in said
    ]
    verdict = Ruling.CONFIRM if confirmed else Ruling.REJECT
    trail = Trail(lines, 3600.0, verdict=verdict)
    id_, limit = UUID(int=1), NOON + hour * MINUTE
    sold = {Sold(id_, trail.received(limit)): PARTS}
    known = {who for who, at, later in said if at + later < hour}
    assert {who for who in weights(earned(sold, {id_: trail})) if who is not None} <= known
    assert penalties(spoilt(sold, {id_: trail})).keys() <= known


def test_a_report_is_received_when_its_last_frame_is():
    early = told(1, 0.008, 0.9)
    late = replace(early, observations=(uuid7(NOON + 9 * MINUTE, bytes(10)),))
    assert Trail([early], 3600.0).received(NOON + MINUTE) == 1
    assert Trail([late], 3600.0).received(NOON + MINUTE) == 0


def test_what_fusion_clears_is_settled_as_it_was():
    """Liars whom four deny at once are not paid; honest clearers of a thing that went are."""
    thing = ahead(45.0, "cone")
    lie, went = Fleet(), Fleet()
    for fleet, denied_from in ((lie, 10), (went, 60 * 24)):
        for witness in (1, 2):
            fleet.drive(witness, NOON + witness * MINUTE, there=[thing])
        for witness in range(3, 7):
            fleet.drive(witness, NOON + (denied_from + witness) * MINUTE)
    ended = []
    for fleet in (lie, went):
        (one,) = fuse(fleet.views, fleet.observations, PARAMS)
        assert one.hazard.state is State.CLEARED
        ended.append(Trail(one.evidence, one.hazard.half_life_s, cleared=True))
    assert not any(bits > 0 for who, bits in microbits_told(ended[0]).items() if who < 3)
    bits = microbits_told(ended[1])
    assert ended[1].real
    assert all(one > 0 for one in bits.values())
    assert bits.keys() >= {1, 2, 3, 4}
