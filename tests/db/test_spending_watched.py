"""Who passes a cap or a quota is stopped and told, once, by counts that are none too old."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.core import mail
from django.utils import timezone
from standardwebhooks import Webhook

from hazardmap.accounts.models import Membership, User
from hazardmap.accounts.services import language_choose
from hazardmap.billing.services import (
    alerts_mail,
    spending_watch,
)
from hazardmap.billing.services.answer_reserve import SpendingRefused
from hazardmap.billing.spend_selectors import keys_stopped, spend_alerts, spending_now
from hazardmap.closing.alerts_tell import alerts_tell
from hazardmap.closing.tasks import meter_watches
from hazardmap.closing.watching import keys_held
from hazardmap.core.fusion.hazard import Change
from hazardmap.core.selling.usage import Meter, UsageRecord
from hazardmap.metering.models import UsageEvent
from hazardmap.metering.services import usage_record, usage_ship
from hazardmap.webhooks.models import WatchArea
from hazardmap.webhooks.services import deliveries_make, deliveries_send, endpoint_add
from tests.at_once import in_thread, somebody_waits
from tests.receiver import receiving
from tests.spending_scene import cap, reserve, this_month, tiles
from tests.stack import wait_for
from tests.webhook_scene import cow, endpoint, told, watch

watching = import_module("hazardmap.billing.services.spending_watch")
WATCHING = {
    "fee": "0",
    "discounts": [],
    "charges": [
        {"meter": "webhook", "model": "per_unit", "unit_price": "1.00"},
        {"meter": "watch_hour", "model": "per_unit", "unit_price": "1.00", "quota": 3},
    ],
}


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
    begun = spending_now(sold[0], this_month().start + timedelta(minutes=1))
    assert now.spent <= begun.forecast <= 32 * now.spent, "a day's, not a minute's, each day"
    assert [(key.key_id, key.stopped) for key in now.keys] == [(sold[1], True)]


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


def test_who_pays_is_told_once_at_each_step(sold):
    owner = User.objects.create_user(email="owner@example.org", password="x")
    reader = User.objects.create_user(email="reader@example.org", password="x")
    for user, role in ((owner, "owner"), (reader, "reader")):
        Membership.objects.create(organisation_id=sold[0], user=user, role=role)
    cap(sold, "4")
    tiles(sold, 11)
    for _ in range(2):
        spending_watch()
        alerts_mail()
    (mailed,) = mail.outbox
    assert "50 % of the spending cap is reached" in mailed.subject
    assert f"\nhttp://127.0.0.1:8000/portal/{sold[0]}/costs/\n" in mailed.body
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
        "month": f"{this_month().start:%Y-%m}",
        "cap": "4.00",
        "spent": "4.00",
        "currency": "EUR",
    }
    usage_ship()
    assert set(UsageEvent.objects.values_list("meter", flat=True)) == {"tile"}, "it is free"


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
