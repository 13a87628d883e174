"""Spending: counted before it is served, capped to the last answer, told once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone
from standardwebhooks import Webhook

from hazardmap.accounts.models import Membership, Organisation
from hazardmap.accounts.services import key_create, language_choose, user_create
from hazardmap.billing import spend_terms
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.services import (
    alerts_mail,
    answer_reserve,
    cap_set,
    spending_watch,
    subscribe,
)
from hazardmap.billing.services.answer_reserve import SpendingRefused
from hazardmap.billing.spend_selectors import keys_stopped, spend_alerts, spending_now
from hazardmap.closing.alerts_tell import alerts_tell
from hazardmap.closing.tasks import meter_watches
from hazardmap.closing.watching import keys_held
from hazardmap.core.fusion.hazard import Change
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.metering.models import UsageEvent
from hazardmap.metering.services import usage_record, usage_ship
from hazardmap.webhooks.models import WatchArea
from hazardmap.webhooks.services import deliveries_make, deliveries_send, endpoint_add
from tests.at_once import in_thread, somebody_waits
from tests.billing_scene import LAST, NOW, changed_terms, sell, serve
from tests.map_scene import put_hazard
from tests.receiver import receiving
from tests.stack import wait_for
from tests.webhook_scene import cow, endpoint, told, watch

MONTH = month_of(NOW)
DAY = timedelta(days=1)
module = import_module("hazardmap.billing.services.answer_reserve")
settling = import_module("hazardmap.metering.services.usage_settle")
watching = import_module("hazardmap.billing.services.spending_watch")
PRICES = {
    "fee": "0",
    "discounts": [],
    "charges": [
        {
            "meter": "hazard",
            "model": "graduated",
            "tiers": [{"up_to": 100, "unit_price": "0.10"}, {"up_to": None, "unit_price": "0.01"}],
        },
        {"meter": "tile", "model": "package", "size": 10, "price": "1.00", "quota": 25},
    ],
}
ROUTE = {"meter": "route", "model": "per_unit", "unit_price": "0.50"}
ASK = "/api/v1/hazards?bbox=0,40,20,60&published=false&limit="


@pytest.fixture
def sold(request, db, monkeypatch):
    """An organisation and its key: 0.10 a hazard, 0.01 beyond 100 of them, 1.00 for 10 tiles."""
    monkeypatch.setattr(spend_terms, "GOOD_FOR_S", 0.0)
    monkeypatch.setattr(module, "REFUSED_FOR_S", 0.0)
    return sell(start=MONTH.start, prices=getattr(request, "param", PRICES))


def reserve(sold, units, meter=Meter.HAZARD):
    organisation_id, key = sold
    return answer_reserve(organisation_id=organisation_id, key_id=key, meter=meter, units=units)


def cap(sold, amount, **more):
    cap_set(organisation_id=sold[0], amount=amount and Decimal(amount), **more)


def tiles(sold, count):
    """Tiles are metered where they are served, and nobody has asked before."""
    for number in range(count):
        at = timezone.now()
        usage_record(UsageRecord(sold[1], Meter.TILE, 1, at, f"{at}{number}", "hazards/1/1/1"))
    usage_ship()
    spending_watch()


def test_an_answer_says_what_it_adds_and_what_is_left(sold):
    cap(sold, "12")
    first, second = reserve(sold, 90), reserve(sold, 20)
    assert (first.amount, first.spent, first.left) == (9, 9, 3)
    assert (second.amount, second.spent) == (Decimal("1.10"), Decimal("10.10"))
    assert reserve(sold, 0).left == Decimal("1.90")
    assert reserve(sold, 5, Meter.IMAGE).amount == 0, "what has no price costs nothing"


def test_a_cap_is_reached_by_the_answer_that_reaches_it(sold):
    cap(sold, "10.50")
    reserve(sold, 140)  # 10.40
    with pytest.raises(SpendingRefused) as refused:
        reserve(sold, 11)
    assert refused.value.why.spent == Decimal("10.40")
    assert reserve(sold, 10).left == 0, "what was refused is free again"
    with pytest.raises(SpendingRefused):
        reserve(sold, 1)
    cap(sold, "10.60")
    assert reserve(sold, 10).left == 0
    cap(sold, "1", hard=False)
    assert reserve(sold, 1).left == 0, "told only"
    cap(sold, None)
    assert reserve(sold, 1000).left is None


def test_a_key_has_its_own_cap_and_pays_by_its_units(sold):
    organisation_id, _ = sold
    other = key_create(organisation=Organisation.objects.get(pk=organisation_id), name="b").kid
    cap(sold, "2", key_id=other)
    reserve(sold, 100)
    both = (organisation_id, other)
    assert reserve(both, 20).left == 2 - Decimal("1.7") - Decimal("0"), "20 of 120 units, 10.20"
    with pytest.raises(SpendingRefused) as refused:
        reserve(both, 20)
    assert refused.value.why.whose == "key"
    assert reserve(sold, 20).left is None
    with pytest.raises(BillingRefused, match="is not a key"):
        cap(sold, "2", key_id="x")


def test_the_cap_of_a_key_is_for_the_month_whatever_the_plan(db, monkeypatch):
    """A new plan begins within the month: what a key spent under the one before still counts."""
    monkeypatch.setattr(spend_terms, "GOOD_FOR_S", 0.0)
    monkeypatch.setattr(module, "REFUSED_FOR_S", 0.0)
    cent = {"meter": "hazard", "model": "per_unit", "unit_price": "0.01"}
    sold = organisation_id, key = sell(start=LAST.start, prices=PRICES | {"charges": [cent]})
    organisation = Organisation.objects.get(pk=organisation_id)
    other = key_create(organisation=organisation, name="b").kid
    cap(sold, "100", key_id=key)
    cap(sold, "100", key_id=other)
    serve(key, LAST, units=10_000)
    serve(other, LAST, units=100)
    changed_terms(**PRICES | {"charges": [cent | {"unit_price": "0.02"}]})
    subscribe(organisation_id=organisation_id, plan="standard", start=LAST.start + 15 * DAY)
    now = SimpleNamespace(now=lambda: LAST.start + 20 * DAY)
    monkeypatch.setattr(spend_terms, "timezone", now)
    with pytest.raises(SpendingRefused) as refused:
        reserve(sold, 1)
    assert (refused.value.why.whose, refused.value.why.spent) == ("key", 100)
    assert reserve((organisation_id, other), 1).left == 99 - Decimal("0.02")
    spent = {one.key_id: one.spent for one in spending_now(organisation_id, now.now()).keys}
    assert spent == {key: 100, other: Decimal("1.02")}
    assert spending_now(organisation_id, now.now()).spent == Decimal("101.02")


def test_tiles_stop_a_key_at_its_cap_or_quota_and_count_for_the_api(sold):
    cap(sold, "2")
    tiles(sold, 19)
    assert keys_stopped(Meter.TILE) == set(), "the rest of a package is paid"
    tiles(sold, 1)
    assert keys_stopped(Meter.TILE) == {sold[1]}
    with pytest.raises(SpendingRefused):
        reserve(sold, 1)
    cap(sold, "100")
    spending_watch()
    assert keys_stopped(Meter.TILE) == set()
    reserve(sold, 1)
    tiles(sold, 5)
    assert keys_stopped(Meter.TILE) == {sold[1]}, "25 are the plan's quota"
    now = spending_now(sold[0], timezone.now())
    assert (now.spent, now.units[Meter.TILE], now.quotas) == (Decimal("3.1"), 25, {Meter.TILE: 25})
    assert now.forecast >= now.spent
    assert [(key.key_id, key.stopped) for key in now.keys] == [(sold[1], True)]


WATCHING = {
    "fee": "0",
    "discounts": [],
    "charges": [
        {"meter": "webhook", "model": "per_unit", "unit_price": "1.00"},
        {"meter": "watch_hour", "model": "per_unit", "unit_price": "1.00", "quota": 3},
    ],
}


@pytest.mark.parametrize("sold", [WATCHING], indirect=True)
def test_a_hard_cap_stops_messages_and_watched_hours(sold, settings):
    key = SimpleNamespace(kid=sold[1])
    with receiving() as receiver:
        settings.OUTBOUND_EXCEPTIONS = {receiver.place}
        watch(endpoint(receiver.url, key).id, key)

        def step():
            told(Change.APPEARED, cow())
            deliveries_make()
            deliveries_send(held=keys_held)
            meter_watches()
            usage_ship()
            spending_watch()
            return spending_now(sold[0], timezone.now()).spent

        cap(sold, "2", hard=False)
        assert step() == 2
        cap(sold, "2")
        spending_watch()
        assert keys_held() == {sold[1]}
        WatchArea.objects.update(metered_until=timezone.now() - timedelta(minutes=1))
        assert step() == 2
        assert len(receiver.got) == 1
        assert keys_stopped(Meter.TILE) == set(), "tiles cost nothing here"
        cap(sold, "3")
        spending_watch()
        assert step() == 4, "both that were claimed before anybody had counted"
        assert len(receiver.got) == 3
        cap(sold, None)
        usage_record(UsageRecord(sold[1], Meter.WATCH_HOUR, 2, timezone.now(), "r", "home"))
        usage_ship()
        spending_watch()
        assert keys_held() == {sold[1]}, "three hours are the plan's quota"


def test_counts_come_back_from_the_rows_when_redis_has_forgotten(sold):
    reserve(sold, 50)
    at = timezone.now()
    usage_record(UsageRecord(sold[1], Meter.HAZARD, 50, at, "r", "hazards"))
    usage_ship()
    spending_watch()
    cache.clear()
    assert reserve(sold, 0).spent == 5


def test_who_pays_is_told_once_at_each_step(sold):
    owner = user_create(email="owner@example.org", password="x")
    reader = user_create(email="reader@example.org", password="x")
    for user, role in ((owner, "owner"), (reader, "reader")):
        Membership.objects.create(organisation_id=sold[0], user=user, role=role)
    cap(sold, "4")
    tiles(sold, 11)
    for _ in range(2):
        spending_watch()
        alerts_mail()
    (mailed,) = mail.outbox
    assert "50 % of the spending cap is reached" in mailed.subject
    assert mailed.to == ["owner@example.org"]
    assert "2.00 EUR of 4.00 EUR" in mailed.body
    cap(sold, "2")
    tiles(sold, 1)
    assert (alerts_mail(), alerts_mail()) == (3, 0), "of another cap: 50, 80 and 100 %"
    assert "refused until it is raised" in mail.outbox[-1].body
    language_choose(user=owner, language="de")
    cap(sold, "1.5")
    tiles(sold, 1)
    assert alerts_mail() == 3
    assert "80 % der Ausgabengrenze sind erreicht" in mail.outbox[-2].subject
    assert "2,00 EUR von 1,50 EUR" in mail.outbox[-1].body
    told = spend_alerts(sold[0])
    assert [one.percent for one in told] == [50, 50, 80, 100, 50, 80, 100]


def test_webhooks_are_told_once_too(sold, settings):
    cap(sold, "4")
    with receiving() as receiver:
        settings.OUTBOUND_EXCEPTIONS = {receiver.place}
        hook = endpoint_add(organisation_id=sold[0], key_id=sold[1], url=receiver.url)
        endpoint(receiver.url)  # somebody else's
        tiles(sold, 31)
        spending_watch()
        assert (alerts_tell(), alerts_tell()) == (3, 0)
        deliveries_send()
        assert deliveries_send() == 0
        messages = [
            Webhook(hook.secret).verify(body.decode(), headers) for headers, body in receiver.got
        ]
    assert {message["type"] for message in messages} == {"spending.alert"}
    told = sorted((message["data"] for message in messages), key=lambda data: data["percent"])
    assert [one["percent"] for one in told] == [50, 80, 100]
    assert told[0] == {
        "percent": 50,
        "whose": "organisation",
        "key_id": None,
        "month": f"{MONTH.start:%Y-%m}",
        "cap": "4.00",
        "spent": "4.00",
        "currency": "EUR",
    }
    usage_ship()
    assert set(UsageEvent.objects.values_list("meter", flat=True)) == {"tile"}, "it is free"


@pytest.mark.parametrize("sold", [PRICES | {"charges": [*PRICES["charges"], ROUTE]}], indirect=True)
def test_a_query_along_a_route_is_reserved_with_its_hazards_or_not_at_all(sold, client):
    organisation = Organisation.objects.get(pk=sold[0])
    key = key_create(organisation=organisation, name="b")
    headers = {"Authorization": f"Bearer {key.token}"}
    put_hazard(1.0, 50.0)
    line = {"type": "LineString", "coordinates": [[0.99, 50.0], [1.01, 50.0]]}

    def ask():
        address = "/api/v1/hazards/along-route?published=false"
        return client.post(address, line, content_type="application/json", headers=headers)

    cost = ask().json()["cost"]
    assert (cost["amount"], cost["spent"], cost["beside"]) == ("0.60", "0.60", {"route": 1})
    cap(sold, "1.10")
    refused = ask()
    assert (refused.status_code, refused.json()["spent"]) == (402, "1.10")
    assert reserve(sold, 0).spent == Decimal("0.60"), "the query was given back"


def test_what_a_killed_process_had_reserved_is_free_again_after_its_hour(sold, monkeypatch):
    cap(sold, "99")
    reserve(sold, 30)
    usage_record(UsageRecord(sold[1], Meter.HAZARD, 20, timezone.now(), "served", "hazards"))
    usage_ship()
    spending_watch()
    assert reserve(sold, 0).spent == 3
    later = SimpleNamespace(now=lambda: timezone.now() + timedelta(hours=2))
    monkeypatch.setattr(settling, "timezone", later)
    for _ in range(2):
        cap(sold, "99")
        spending_watch()
        assert reserve(sold, 0).spent == 2
    assert reserve(sold, 1).spent == Decimal("2.10")


def test_only_those_are_looked_at_whose_usage_or_cap_has_changed(sold, monkeypatch):
    monkeypatch.setattr(watching, "_seen", watching._Seen())
    tiles(sold, 1)
    assert spending_watch() == 0, "nothing new"
    monkeypatch.setattr(watching, "CAP_SEEN_WITHIN", timedelta(0))
    tiles(sold, 1)
    assert keys_stopped(Meter.TILE) == set()
    cap(sold, "0")
    assert spending_watch() == 0
    monkeypatch.setattr(watching, "CAP_SEEN_WITHIN", timedelta(seconds=30))
    assert spending_watch() == 1
    assert keys_stopped(Meter.TILE) == set(), "the rest of the ten tiles is paid for"
    tiles(sold, 8)
    assert keys_stopped(Meter.TILE) == {sold[1]}
    monkeypatch.setattr(watching, "CAP_SEEN_WITHIN", timedelta(0))
    cap(sold, None)
    assert spending_watch() == 1, "it is stopped"
    assert keys_stopped(Meter.TILE) == set()
    monkeypatch.setattr(watching, "EVERYBODY_EVERY_S", 0.0)
    assert spending_watch() == 1


def test_the_api_answers_402_and_429_with_what_is_left_and_when_it_is_free_again(sold, client):
    organisation = Organisation.objects.get(pk=sold[0])
    key = key_create(organisation=organisation, name="b")
    headers = {"Authorization": f"Bearer {key.token}"}
    for number in range(5):
        put_hazard(number, 50)
    cost = client.get(f"{ASK}3", headers=headers).json()["cost"]
    assert cost == {
        "meter": "hazard",
        "units": 3,
        "amount": "0.30",
        "currency": "EUR",
        "spent": "0.30",
        "left": None,
        "units_left": None,
        "beside": {},
    }
    cap(sold, "0.60")
    refused = client.get(f"{ASK}4", headers=headers)
    assert (refused.status_code, refused["Content-Type"]) == (402, "application/problem+json")
    said = refused.json()
    assert said["type"].endswith("/api/problems/#cap-reached")
    assert (said["cap"], said["spent"], said["balance"]) == ("0.60", "0.30", "0.30")
    assert said["reset"] == MONTH.end.isoformat().replace("+00:00", "Z")
    assert client.get(f"{ASK}3", headers=headers).json()["cost"]["left"] == "0.00"
    empty = client.get("/api/v1/hazards?bbox=-10,40,-9,41", headers=headers)
    assert empty.json()["cost"]["amount"] == "0.00", "what holds nothing is answered"
    usage_ship()
    served = UsageEvent.objects.filter(key_id=key.kid)
    assert sorted(served.values_list("quantity", flat=True)) == [3, 3]


def test_the_quota_of_a_plan(db, client, monkeypatch):
    monkeypatch.setattr(spend_terms, "GOOD_FOR_S", 0.0)
    charge = {"meter": "hazard", "model": "per_unit", "unit_price": "0", "quota": 4}
    organisation_id, _ = sell(start=MONTH.start, prices={"charges": [charge]})
    key = key_create(organisation=Organisation.objects.get(pk=organisation_id), name="b")
    headers = {"Authorization": f"Bearer {key.token}"}
    for number in range(5):
        put_hazard(number, 50)
    assert client.get(f"{ASK}3", headers=headers).json()["cost"]["units_left"] == 1
    refused = client.get(f"{ASK}3", headers=headers)
    assert refused.status_code == 429
    assert (refused.json()["quota"], refused.json()["balance"]) == (4, 1)
    assert refused.json()["violated-policies"] == ["plan"]
    assert int(refused["Retry-After"]) <= MONTH.length_s


@pytest.mark.django_db(transaction=True)
def test_an_older_count_does_not_lift_a_stop(sold, monkeypatch):
    """Somebody has counted, more is used and another one stops the key before he goes on."""
    cap(sold, "2")
    tiles(sold, 10)
    recount, others = watching.usage_recount, []

    def overtaken(**which):
        counted = recount(**which)
        if not others:
            others.append(in_thread(pool, lambda: tiles(sold, 10)))
            wait_for("it", lambda: somebody_waits() or others[0].done(), timeout_s=10)
        return counted

    monkeypatch.setattr(watching, "usage_recount", overtaken)
    cap(sold, "2")
    with ThreadPoolExecutor(1) as pool:
        spending_watch()
        others[0].result(20)
    assert keys_stopped(Meter.TILE) == {sold[1]}
