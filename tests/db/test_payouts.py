"""Payouts: what is settled is paid once, what proved false is taken from what is not paid yet."""

import json
import re
from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hazardmap.core.selling.statement import faults
from hazardmap.rewards.models import Entry
from hazardmap.rewards.payout_models import Payout, PayoutRun, PayoutTarget
from hazardmap.rewards.selectors import balances, earned, earnings
from hazardmap.rewards.services import (
    PayoutRefused,
    payout_end,
    payout_target_set,
    share_claw_back,
    share_correct,
    share_take_back,
)
from tests.at_once import at_once
from tests.payout_scene import EUR, IBAN, MICRO, OURS, divided, driver, later, prepared, share
from tests.statements import read

pytestmark = pytest.mark.django_db


def balanced():
    sums = Entry.objects.values("booking").annotate(sum=Sum("amount_micro"))
    return all(row["sum"] == 0 for row in sums)


def ledger():
    return {row.kind: row.amount_micro for row in balances() if row.witness is None}


def right(*users):
    """Whether each statement follows from its own inputs, without the site."""
    return [fault for user in users for fault in faults(read(user.witness))] == []


def test_settled_earnings_above_the_threshold_are_paid_in_whole_cents():
    rich, poor, homeless = driver(), driver(), driver(iban=None)
    share(30 * MICRO + 5, rich, homeless)
    share(4 * MICRO, poor)
    with pytest.raises(PayoutRefused, match="nobody to pay"):
        prepared(now=later(13))
    assert not PayoutRun.objects.exists()
    (payout,) = prepared()
    assert (payout.witness, payout.amount_micro) == (rich.witness, 15 * MICRO)
    assert earned(rich.witness, EUR) in {2, 3}, "what cannot be paid stays"
    assert ledger()["paying"] == 15 * MICRO
    with pytest.raises(PayoutRefused):
        prepared()
    payout_end(payout_id=payout.pk, paid=True)
    payout_end(payout_id=payout.pk, paid=True)
    with pytest.raises(PayoutRefused, match="is paid already"):
        payout_end(payout_id=payout.pk, paid=False)
    assert (ledger()["paying"], ledger()["paid"]) == (0, 15 * MICRO)
    assert Payout.objects.get().iban == "", "no longer needed"
    assert balanced()
    assert right(rich, poor, homeless)
    (now,) = earnings(rich.witness, later())
    assert (now.paid_micro, now.paying_micro) == (15 * MICRO, 0)


def test_nothing_is_paid_before_it_was_judged_again_however_long_nobody_did():
    user = driver()
    line, weights = divided(9 * MICRO, user)
    share(6 * MICRO, user)
    assert earnings(user.witness, later(40))[0].payable_micro == 6 * MICRO
    assert not share_correct(line_id=line, weights=weights, penalties={}, units=1)
    assert earnings(user.witness, later(40))[0].payable_micro == 15 * MICRO
    assert prepared(now=later(40))[0].amount_micro == 15 * MICRO
    assert right(user)


def test_a_payout_that_failed_is_the_contributors_again_and_in_the_next_run(monkeypatch):
    user = driver()
    settled = timezone.now() - timedelta(days=15)
    with monkeypatch.context() as back_then:
        back_then.setattr(Entry._meta.get_field("at"), "_get_default", lambda: settled)
        share(9 * MICRO, user)
    PayoutTarget.objects.update(set_at=settled)
    (payout,) = prepared(now=timezone.now())
    payout_end(payout_id=payout.pk, paid=False)
    share(7 * MICRO, user)
    assert earned(user.witness, EUR) == 16 * MICRO
    (now,) = earnings(user.witness, timezone.now())
    assert now.payable_micro == 9 * MICRO, "what has come since is not settled"
    (again,) = prepared(now=timezone.now())
    assert again.amount_micro == 9 * MICRO
    assert balanced()
    assert right(user)


def test_what_proved_false_is_taken_from_what_is_not_paid_yet():
    liar, honest = driver(), driver()
    share(4 * MICRO, liar, honest)
    line, _weights = divided(6 * MICRO, honest)
    spoilt = {liar.witness: Fraction(1, 6)}
    assert share_claw_back(line_id=line, penalties=spoilt, units=Fraction(1))
    assert not share_claw_back(line_id=line, penalties=spoilt, units=Fraction(1))
    assert earned(liar.witness, EUR) == 1 * MICRO
    assert ledger()["unclaimed"] == 1 * MICRO
    other = share(60 * MICRO, honest)
    assert share_claw_back(line_id=other, penalties=spoilt, units=Fraction(1))
    assert earned(liar.witness, EUR) == 0, "never below zero"
    assert right(liar, honest)
    share_take_back(line_id=other)
    assert earned(liar.witness, EUR) == 1 * MICRO
    later_known = {
        "line_id": line,
        "weights": {honest.witness: 1, None: 2},
        "penalties": {liar.witness: Fraction(1, 4), honest.witness: Fraction(1, 12)},
        "units": Fraction(1),
    }
    assert share_correct(**later_known)
    assert earned(liar.witness, EUR) == MICRO // 2, "less what was taken before"
    assert earned(honest.witness, EUR) == 8 * MICRO - 6 * MICRO + 2 * MICRO - MICRO // 2
    assert not share_correct(**later_known)
    assert balanced()
    assert right(liar, honest)
    document = read(liar.witness)
    document["lines"][1]["amount_micro"] += 1
    assert len(list(faults(document))) > 0


def test_a_contributor_sees_where_each_amount_comes_from_and_says_where_it_goes(
    client, monkeypatch
):
    user = driver(iban=None)
    client.force_login(user)
    assert "Nothing yet" in client.get("/account/earnings/").content.decode()
    wrong = {"name": "Ann", "iban": "DE89370400440532013001", "password": "x"}
    told = client.post("/account/earnings/payout-account/", wrong, follow=True)
    assert "check digits" in told.content.decode()
    good = {"name": "Ann", "iban": "de89 3704 0044 0532 0130 00", "password": "x"}
    told = client.post("/account/earnings/payout-account/", good, follow=True).content.decode()
    assert "DE89 … 3000" in told
    assert IBAN not in told
    share(8 * MICRO, user)
    prepared()
    page = client.get("/account/earnings/").content.decode()
    for words in ("8.00 EUR", "Share of what was sold", "Handed over to be paid", "-8.00 EUR"):
        assert words in page, words
    monkeypatch.setattr("hazardmap.web.earnings.LINES", 1)
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/account/earnings/").content.decode()
    assert "1 older movement is in the download" in page
    assert ("Handed over to be paid" in page, "Share of what was sold" in page) == (True, False)
    whole = re.compile('"inputs"(?! [-#]>)')
    assert not [one for one in queries if whole.search(one["sql"])], "the weights of all who share"
    monkeypatch.setattr("hazardmap.web.earnings.STATEMENTS_PER_HOUR", 1)
    document = json.loads(client.get("/account/earnings.json").getvalue())
    assert (list(faults(document)), len(document["lines"])) == ([], 2)
    assert client.get("/account/earnings.json").status_code == 429
    assert "/account/earnings/" in client.get("/account/").content.decode()


def test_an_open_session_alone_redirects_no_money(client):
    user = driver(iban=None)
    client.force_login(user)
    account = {"name": "Eve", "iban": IBAN}
    for password in ({}, {"password": "wrong"}, {"password": ""}):
        told = client.post("/account/earnings/payout-account/", account | password, follow=True)
        page = told.content.decode()
        assert 'role="alert">The password is wrong' in page
        assert 'name="iban"' in page
        assert f'value="{IBAN}"' in page, "nobody types it twice"
    assert not PayoutTarget.objects.exists()


def test_the_owner_is_told_and_nothing_is_paid_to_a_new_account_for_three_days(
    mailoutbox, django_capture_on_commit_callbacks
):
    user = driver()
    share(9 * MICRO, user)
    with django_capture_on_commit_callbacks(execute=True):
        payout_target_set(owner=user, name="Eve", iban=OURS)
    (told,) = mailoutbox
    assert told.to == [user.email]
    assert "Eve" in told.body
    assert "0785" in told.body
    assert "\nhttp://127.0.0.1:8000/login/reset/\n" in told.body
    assert OURS not in told.body
    PayoutTarget.objects.update(set_at=later(15) - timedelta(days=3) + timedelta(minutes=1))
    with pytest.raises(PayoutRefused, match="nobody to pay"):
        prepared(now=later(15))
    assert len(prepared(now=later(16))) == 1


def test_of_a_payout_that_failed_the_contributor_is_told_once(
    mailoutbox, django_capture_on_commit_callbacks
):
    user = driver()
    share(9_500_000, user)
    user.language = "de"
    user.save()
    (payout,) = prepared()
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            payout_end(payout_id=payout.pk, paid=False)
    (told,) = mailoutbox
    assert told.to == [user.email]
    assert "9,50 EUR" in told.body
    assert "3000" in told.body
    assert "\nhttp://127.0.0.1:8000/account/earnings/\n" in told.body
    assert IBAN not in told.body


def test_the_page_says_from_which_amount_on_money_is_paid_and_when_it_was(client):
    user = driver()
    client.force_login(user)
    page = client.get("/account/earnings/").content.decode()
    assert "14 days after it was divided" in page
    assert "paid from 20.00 EUR on" in page
    share(9 * MICRO, user)
    at = later()
    prepared(now=at)
    page = client.get("/account/earnings/").content.decode()
    assert "paid from 5.00 EUR on" in page
    assert f"last on {at.day} {at:%B %Y}" in page


@pytest.mark.django_db(transaction=True)
def test_runs_at_once_pay_once():
    user = driver()
    share(9 * MICRO, user)

    def run():
        try:
            return len(prepared())
        except PayoutRefused:
            return 0

    assert sorted(at_once(*[run] * 4)) == [0, 0, 0, 1]
    assert earned(user.witness, EUR) == 0
    assert balanced()
