"""Subscriptions: in the customer's currency, and none outlives its organisation."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from hazardmap.accounts.models import Organisation
from hazardmap.billing.documents import buyer_from
from hazardmap.billing.models import Customer, Subscription
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.services import customer_set, subscribe, subscriptions_end
from hazardmap.core.selling.pricing.period import month_of
from tests.billing_scene import BEFORE, BUYER, LAST, NOW, changed_terms, drafted, granted, sell

pytestmark = pytest.mark.django_db


def test_a_plan_in_another_currency_cannot_be_subscribed_to():
    organisation_id, _ = sell()
    Subscription.objects.all().delete()
    Customer.objects.update(currency="USD")
    with pytest.raises(BillingRefused, match="standard is not in USD"):
        subscribe(organisation_id=organisation_id, plan="standard", start=LAST.start)
    assert not Subscription.objects.exists()


@pytest.mark.parametrize("has", ["subscription", "credit", "neither"])
def test_what_was_paid_in_advance_stays_in_its_currency(has):
    organisation_id, _ = sell()
    if has == "credit":
        granted(organisation_id, 500)
    if has != "subscription":
        Subscription.objects.all().delete()
    dollars = buyer_from(BUYER | {"currency": "USD"})
    if has == "neither":
        customer_set(organisation_id=organisation_id, buyer=dollars)
    else:
        with pytest.raises(BillingRefused, match="seller and currency stay as they are"):
            customer_set(organisation_id=organisation_id, buyer=dollars)
    assert Customer.objects.get().currency == ("USD" if has == "neither" else "EUR")


def test_a_buyer_whose_plan_there_is_not_is_not_half_taken_over(tmp_path):
    organisation_id, _ = sell()
    path = tmp_path / "buyer.json"
    path.write_text(json.dumps(BUYER | {"name": "Other GmbH"}))
    command = ("subscribe", str(organisation_id))
    with pytest.raises(CommandError, match="there is no plan 'standrad'"):
        call_command(*command, "standrad", f"--buyer={path}")
    assert Customer.objects.get().name == "Fleet GmbH"
    call_command(*command, "standard", f"--buyer={path}")
    assert Customer.objects.get().name == "Other GmbH"


def test_who_closes_before_new_prices_begin_has_the_old_ones_to_the_hour_of_closing():
    organisation_id, _ = sell(BEFORE.start)
    changed_terms(fee="10.00")
    subscribe(organisation_id=organisation_id, plan="standard", start=NOW)
    assert Subscription.objects.count() == 2
    Organisation.objects.update(closed_at=LAST.start + timedelta(days=3))
    assert (subscriptions_end(), subscriptions_end()) == (1, 0)
    assert not Subscription.objects.filter(end__lte=F("start")).exists()
    assert Subscription.objects.get().end == LAST.start + timedelta(days=3, hours=1)


def test_who_closes_has_none_of_the_prices_that_were_to_follow_each_other():
    organisation_id, _ = sell(BEFORE.start)
    for fee, start in (("10.00", NOW), ("20.00", NOW + timedelta(days=40))):
        changed_terms(fee=fee)
        subscribe(organisation_id=organisation_id, plan="standard", start=start)
    assert Subscription.objects.count() == 3
    draft = drafted(organisation_id, month_of(NOW + timedelta(days=40)))
    assert draft.lines.filter(start__gt=NOW).exists(), "somebody has looked at what will come"
    Organisation.objects.update(closed_at=LAST.start)
    assert subscriptions_end() == 1
    assert Subscription.objects.get().end == LAST.start + timedelta(hours=1)
