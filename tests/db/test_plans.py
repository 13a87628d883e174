"""Plans that buyers take and leave by themselves: for which hours, and what they get then."""

from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest
from django.utils import timezone

from hazardmap.accounts.models import ApiKey, Organisation
from hazardmap.accounts.services import key_create, organisation_create
from hazardmap.billing.models import Customer, Plan, Subscription
from hazardmap.billing.plan_selectors import offers, plan_now
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.services import (
    PlanMissing,
    invoice_draft,
    plan_choose,
    plan_leave,
    spending_watch,
    subscribe,
)
from hazardmap.billing.spend_models import StoppedKey
from hazardmap.closing.watching import keys_held
from hazardmap.core.access.scopes import Environment
from hazardmap.core.full_times import HOUR, hour_of
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.upkeep import deny_keys
from tests.account_scene import founded
from tests.billing_scene import customer_of, sell
from tests.map_scene import buyer
from tests.plan_scene import ADDRESS, chosen, keep_nothing, offered
from tests.spending_scene import PRICES, reserve, this_month, tiles
from tests.webhook_scene import URL, endpoint, organisation_of

pytestmark = pytest.mark.django_db
NOW = this_month().start + timedelta(days=10, minutes=40)
"""In the middle of a month, whenever the tests run."""


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    keep_nothing(monkeypatch)


@pytest.fixture
def fleet():
    """The id of an organisation that has no plan yet."""
    offered()
    return organisation_create(name="Fleet").pk


def test_only_what_is_on_offer_can_be_chosen_at_the_prices_that_were_read(fleet):
    assert [one.code for one in offers()] == ["small", "standard"], "the cheapest first"
    with pytest.raises(BillingRefused, match="not on offer"):
        plan_choose(organisation_id=fleet, plan="special", version=1, to=ADDRESS, now=NOW)
    offered(fee="59.00")
    with pytest.raises(BillingRefused, match="The prices have changed"):
        plan_choose(organisation_id=fleet, plan="standard", version=1, to=ADDRESS, now=NOW)
    assert not Customer.objects.exists(), "nothing is half done"
    assert chosen(fleet, "standard", NOW).version == 2


@pytest.mark.parametrize(
    ("over", "rule"),
    [
        ({"country": "XX"}, "Choose a country"),
        ({"address": ""}, "1 to 3 lines"),
        ({"tax_number": "DE1"}, "no VAT number of DE"),
    ],
)
def test_an_address_that_breaks_a_rule_makes_no_customer(fleet, over, rule):
    with pytest.raises((BillingRefused, ValueError), match=rule):
        chosen(fleet, "standard", NOW, replace(ADDRESS, **over))
    assert not Customer.objects.exists()


def test_a_first_plan_begins_with_this_hour_and_its_part_of_the_month_is_invoiced(fleet):
    assert chosen(fleet, "standard", NOW).start == NOW - timedelta(minutes=40)
    draft = invoice_draft(customer_id=customer_of(fleet).pk, month=this_month())
    fee = draft.lines.get(kind="fee")
    assert fee.start == NOW - timedelta(minutes=40)
    assert 30_000_000 < fee.amount_micro < 34_000_000, "about two thirds of 49.00"


@pytest.mark.parametrize("acts", [*product(["standard", "small", None], repeat=3)])
def test_whatever_is_chosen_in_a_month_the_last_word_holds_from_the_next_on(fleet, acts):
    """Nobody has an hour of each: what runs in a month is what was first chosen in it."""
    first = chosen(fleet, "standard", NOW)
    for act in acts:
        if act is None:
            plan_leave(organisation_id=fleet, now=NOW + HOUR)
        else:
            chosen(fleet, act, NOW + HOUR)
    now, then = plan_now(fleet, NOW), plan_now(fleet, month_of(NOW).end)
    assert now is not None
    assert (now.code, now.start) == ("standard", first.start)
    assert (then and then.code) == acts[-1]
    goes_on = acts[-1] == "standard"
    assert (now.end is None) == goes_on
    assert now.then == ("Small" if acts[-1] == "small" else "")


def test_who_left_can_come_back_and_pays_for_no_hour_between(fleet):
    chosen(fleet, "standard", NOW)
    left = plan_leave(organisation_id=fleet, now=NOW)
    assert plan_now(fleet, left) is None
    with pytest.raises(BillingRefused, match="no plan"):
        plan_leave(organisation_id=fleet, now=left)
    back = left + timedelta(days=12, minutes=5)
    assert chosen(fleet, "small", back).start == hour_of(back)
    assert Subscription.objects.filter(end=None).count() == 1


def test_new_prices_of_ones_own_plan_can_be_taken_from_the_next_month_on(fleet):
    chosen(fleet, "standard", NOW)
    offered(fee="39.00")
    assert chosen(fleet, "standard", NOW).start == month_of(NOW).end
    assert [plan_now(fleet, at).version for at in (NOW, month_of(NOW).end)] == [1, 2]


def test_what_was_agreed_upon_with_the_operator_stays_between_them():
    organisation_id, _ = sell()
    offered()
    Plan.objects.filter(code="standard").update(offered_by=None)
    for act in (lambda: plan_leave(organisation_id=organisation_id, now=NOW),
                lambda: chosen(organisation_id, "small", NOW)):  # fmt: skip
        with pytest.raises(BillingRefused, match="was agreed upon with you"):
            act()
    assert plan_now(organisation_id, NOW).own is False


def test_what_the_operator_has_agreed_upon_for_later_stays_too(fleet):
    chosen(fleet, "small", NOW)
    subscribe(organisation_id=fleet, plan="special", start=month_of(NOW).end)
    with pytest.raises(BillingRefused, match="was agreed upon with you"):
        chosen(fleet, "small", NOW)
    assert plan_now(fleet, NOW).then == "Special"


@pytest.mark.parametrize(
    ("plan", "runs"), [("special", ["Small", "Special"]), ("small", ["Small"])]
)
def test_the_operator_can_subscribe_who_is_about_to_leave(fleet, plan, runs):
    first = chosen(fleet, "small", NOW - 2 * HOUR)
    plan_leave(organisation_id=fleet, now=NOW - HOUR)
    subscribe(organisation_id=fleet, plan=plan, start=NOW)
    rows = Subscription.objects.order_by("start")
    assert [row.price_version.plan.name for row in rows] == runs
    assert (rows[0].start, rows[len(rows) - 1].end) == (first.start, None)


def test_a_customer_is_offered_what_is_in_its_currency(fleet):
    chosen(fleet, "small", NOW)
    offered(currency="USD")
    assert [one.code for one in offers(fleet)] == ["small"]
    with pytest.raises(BillingRefused, match="not on offer"):
        chosen(fleet, "standard", NOW)


def test_a_closed_organisation_takes_no_plan(fleet):
    Organisation.objects.update(closed_at=NOW)
    with pytest.raises(BillingRefused, match="closed"):
        chosen(fleet, "standard", NOW)


def test_those_who_see_to_the_bills_have_it_in_their_mail(
    mailoutbox, django_capture_on_commit_callbacks
):
    offered()
    organisation, olga = founded()
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):  # what was so before is told to nobody
            chosen(organisation.pk, "standard", NOW)
        for _ in range(2):
            plan_leave(organisation_id=organisation.pk, now=NOW)
    taken, left = mailoutbox
    assert {*taken.to, *left.to} == {olga.email}
    for words in (
        "Fleet has subscribed to the plan Standard",
        "Basic fee a month, before tax: 49.00 EUR",
        "hazards returned: 1,000 included; 1 to 100,000: 0.002 EUR each; from 100,001 on: 0.001",
        "map tiles: 0.40 EUR for each 1,000 that are begun",
        "Discount “first year”: 10 %.",
        "50 % of it goes to the drivers whose evidence was used.",
    ):
        assert words in " ".join(taken.body.split())
    assert "leaves the plan Standard" in left.body


def test_where_plans_are_on_offer_live_keys_need_one_and_test_keys_do_not(settings):
    key = buyer()
    organisation_id = organisation_of(key)
    test = key_create(
        organisation=Organisation.objects.get(), name="try", environment=Environment.TEST
    )
    ApiKey.objects.update(last_used_at=timezone.now())
    endpoint(URL, key)

    def denied():
        deny_keys()
        return {path.name for path in Path(settings.TILE_DENIED).iterdir()} & {key.kid, test.kid}

    assert reserve((organisation_id, key.kid), 1) is None, "as long as there are none"
    assert denied() == set()
    offered()
    with pytest.raises(PlanMissing):
        reserve((organisation_id, key.kid), 0)
    assert (denied(), keys_held()) == ({key.kid}, {key.kid})
    chosen(organisation_id, "standard", timezone.now())
    assert reserve((organisation_id, key.kid), 1).currency == "EUR"
    assert (denied(), keys_held()) == (set(), set())


@pytest.mark.parametrize("sold", [PRICES], indirect=True)
def test_what_a_plan_stopped_is_free_when_it_has_ended(sold):
    tiles(sold, 25)
    assert StoppedKey.objects.filter(key_id=sold[1]).exists(), "its quota"
    Subscription.objects.update(end=hour_of(timezone.now()))
    spending_watch()
    assert not StoppedKey.objects.exists()
