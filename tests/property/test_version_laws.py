"""Versions of the parameters are kept without loss, and trust is told from what was claimed."""

import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hazardmap.core.fusion.persistence import Likelihood
from hazardmap.core.kinds import FAMILY, KINDS
from hazardmap.core.learned.company import company
from hazardmap.core.learned.trust import one_voice, settled, untempered_bits
from hazardmap.core.learned.versions import (
    SHIPPED,
    Part,
    moved_witnesses,
    version_json,
    version_params,
    with_parts,
)
from hazardmap.core.seeing.recall import DEFAULT_TABLE

WITNESSES = st.integers(1, 2**52)
SHARES = st.floats(0.0, 1.0)
PARAMS = st.builds(
    replace,
    st.just(SHIPPED),
    version=st.just("7"),
    trusts=st.dictionaries(WITNESSES, SHARES, max_size=5),
    aliases=st.dictionaries(WITNESSES, WITNESSES, max_size=5),
    half_lives_s=st.dictionaries(st.sampled_from(sorted(KINDS)), st.floats(1.0, 1e9), max_size=3),
    births=st.dictionaries(st.sampled_from(sorted(KINDS)), SHARES, max_size=3),
    phantom_report=SHARES,
    table=st.builds(
        replace,
        st.just(DEFAULT_TABLE),
        version=st.sampled_from(["prior-1", "prior-1+7"]),
        pass_correlation=SHARES,
        false_alarms=st.dictionaries(
            st.sampled_from(sorted(set(FAMILY.values()))), st.floats(1e-6, 0.5), max_size=3
        ),
    ),
)


@given(PARAMS)
def test_a_version_is_kept_to_the_last_bit(params):
    live = params.table if params.table.version == "prior-1" else DEFAULT_TABLE
    kept = json.loads(json.dumps(version_json(params, live)))
    assert version_params(kept, "7", live) == params
    promoted = replace(DEFAULT_TABLE, version="another")
    assert version_params(kept, "7", promoted).table == promoted


@given(PARAMS, PARAMS)
def test_only_whose_trust_has_moved_is_concerned(one, other):
    trusting = with_parts(one, other, [Part.TRUST])
    moved = moved_witnesses(one, trusting)
    known = {*one.trusts, *other.trusts, *one.aliases, *other.aliases}
    told = [(who, p.trust(who), p.witness(who)) for p in (one, trusting) for who in sorted(known)]
    before, after = told[: len(known)], told[len(known) :]
    assert moved == {a[0] for a, b in zip(before, after, strict=True) if a != b}
    assert moved_witnesses(one, replace(trusting, poor_doubt=0.5)) is None


@given(st.floats(1.001, 1e9), st.floats(0.02, 1.0))
def test_what_was_claimed_is_found_behind_the_trust(ratio, trust):
    told = Likelihood(ratio, 1.0, 1.0).tempered(trust)
    assert untempered_bits(told.log2_ratio, trust) == pytest.approx(math.log2(ratio), abs=1e-6)


@given(st.dictionaries(WITNESSES, SHARES, max_size=6), st.dictionaries(WITNESSES, SHARES))
def test_a_trust_that_hardly_moves_stays(new, old):
    found = settled(new, old)
    assert found.keys() == new.keys()
    assert settled(new, found) == found
    assert all(abs(found[who] - new[who]) < 0.05 for who in new)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), max_size=12))
def test_one_voice_joins_all_that_hangs_together_and_nothing_else(pairs):
    alias = one_voice(pairs)
    assert all(alias[a] == alias[b] for a, b in pairs)
    assert all(head <= member and alias[head] == head for member, head in alias.items())
    assert alias.keys() == {one for pair in pairs for one in pair}


def test_company_takes_many_meetings_and_nearly_all_of_the_lesser():
    alone = {1: 1000, 2: 30, 3: 19, 4: 1000}
    assert company([(1, 2, 25)], alone) == [(1, 2)]
    assert company([(1, 2, 23), (1, 3, 19), (1, 4, 700)], alone) == []
