"""Who is believed: honest, mistaken, lying and colluding contributors."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hazardmap.core.fusion.hazard import Evidence
from hazardmap.core.fusion.verdict import Ruling
from hazardmap.core.learned.trust import Claim, newcomer, reputation
from tests.scenes import NOON

DAY_S = 86_400.0
MINUTE = timedelta(minutes=1)


def item(witness, minute, seen=True, bits=10.0, visibility=0.9):
    at = NOON + minute * MINUTE
    id_ = UUID(int=witness * 10_000 + minute)
    return Evidence(
        id_, witness, id_, at, at, seen, 0.8, visibility, bits if seen else -3.0, 3, (), None, 0.5
    )


def invented(*liars, start=0):
    """A thing that only the liars report and that two honest ones do not find."""
    lies = [item(liar, start + i) for i, liar in enumerate(liars)]
    looks = [item(90 + i, start + 20 + i, seen=False) for i in range(4)]
    return Claim([*lies, *looks], DAY_S)


def known(claims):
    return reputation(lambda: claims)


def confirmed(*witnesses, start=0):
    return Claim([item(w, start + i) for i, w in enumerate(witnesses)], DAY_S)


def test_a_newcomer_starts_low_and_earns_trust():
    assert newcomer() < 0.8
    trusts = known([confirmed(1, 2, start=100 * i) for i in range(10)]).trusts
    assert min(trusts[1], trusts[2]) > 0.9


def test_a_devices_word_alone_raises_nobodys_trust_and_lowers_nobodys():
    def word(claim):
        return replace(claim, evidence=[replace(one, checked=False) for one in claim.evidence])

    claims = [word(confirmed(1, 2, start=100 * i)) for i in range(10)]
    assert known(claims).trusts == {}
    both = [item(1, 0), replace(item(2, 1), checked=False), item(9, 2, seen=False), item(3, 3)]
    found = known([Claim([*both[:2]], DAY_S)] * 6)
    assert found.trusts.keys() == {2}, "our detector confirms him, and he confirms nobody"
    between = [replace(both[0], checked=False), *both[1:3], replace(both[3], checked=False)]
    assert 9 not in known([Claim(between, DAY_S)] * 6).trusts


def test_what_devices_alone_do_not_see_costs_nobody_trust():
    """Anybody could send complete, empty reports after somebody whom he dislikes."""
    empty = [replace(item(w, 10 + w, seen=False), checked=False) for w in (2, 3)]
    assert 1 not in known([Claim([item(1, 0), *empty], DAY_S)] * 6).trusts
    denied = [item(1, 0), *(replace(one, checked=True) for one in empty)]
    assert known([Claim(denied, DAY_S)] * 6).trusts[1] < newcomer()


def test_what_two_others_deny_costs_trust():
    trusts = known([invented(7, start=100 * i) for i in range(10)]).trusts
    assert trusts[7] < 0.35
    assert 90 not in trusts


def test_a_weak_mistake_costs_less_than_a_sure_lie():
    weak = replace(invented(7), evidence=[item(7, 0, bits=1.0), *invented(7).evidence[1:]])
    assert known([weak]).trusts[7] > known([invented(7)]).trusts[7]


def test_allies_do_not_confirm_each_other():
    found = known([invented(5, 6, start=100 * i) for i in range(6)])
    assert found.alias == {5: 5, 6: 5}
    assert found.trusts[5] < 0.5
    assert found.trusts[6] < 0.5


def test_who_agrees_on_what_is_true_is_no_ally():
    assert known([confirmed(1, 2, start=100 * i) for i in range(9)]).alias == {}


def test_two_who_share_a_mistake_now_and_then_are_no_allies():
    """Honest accounts drive the same roads for weeks: some of what both report is denied."""
    mistakes = [invented(1, 2, start=100 * i) for i in range(3)]
    true = [confirmed(1, 2, start=1000 + 100 * i) for i in range(9)]
    assert known([*mistakes, *true]).alias == {}
    assert known([*mistakes, *true[:2]]).alias == {1: 1, 2: 1}


def test_silence_costs_trust_only_between_the_reports_of_two_others():
    def trusts(*others):
        evidence = [item(9, 5, seen=False), *others]
        claim = Claim(sorted(evidence, key=lambda one: one.last_at), DAY_S)
        return known([claim] * 6).trusts

    assert 9 in trusts(item(1, 0), item(2, 9))
    assert 9 not in trusts(item(1, 0), item(2, 1))  # it may have gone
    assert 9 not in trusts(item(1, 0), item(1, 9))  # the word of one against another's
    own = trusts(item(9, 0), item(2, 9))
    assert own[9] == own[2]  # only what he reported himself counts


def test_hiding_what_others_see_costs_trust():
    hidden = Claim([item(1, 0), item(9, 5, seen=False), item(2, 9)], DAY_S)
    assert known([hidden] * 6).trusts[9] < newcomer()


def test_a_moderator_outweighs_the_crowd():
    rejected = replace(confirmed(1, 2), verdict=Ruling.REJECT)
    assert known([rejected]).trusts[1] < newcomer()
    approved = replace(invented(7), verdict=Ruling.CONFIRM)
    assert known([approved]).trusts[7] > newcomer()


def test_late_looks_at_what_goes_fast_deny_nothing():
    fleeting = replace(invented(7), half_life_s=60.0)
    assert known([fleeting]).trusts == {}
