"""Webhooks as the standard's own library checks them."""

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from hazardmap.core.messages import webhook
from hazardmap.core.messages.webhook import Outcome

NOW = datetime(2026, 11, 1, tzinfo=UTC)
OLD, NEW = (webhook.secret("master", "endpoint", version) for version in (1, 2))
BODY = '{"type":"hazard.appeared","where":"Töölö"}'


def test_the_standards_library_accepts_our_signature_by_either_secret():
    headers = webhook.headers([NEW, OLD], "id-1", datetime.now(UTC), BODY.encode())
    for key in (NEW, OLD):
        verified = Webhook(webhook.shown(key)).verify(BODY, headers)
        assert verified["where"] == "Töölö"


@pytest.mark.parametrize("changed", ["body", "webhook-id", "webhook-timestamp"])
def test_whatever_is_changed_on_the_way_is_noticed(changed):
    now = datetime.now(UTC)
    headers = webhook.headers([NEW], "id-1", now, BODY.encode())
    body = BODY.replace("Töölö", "Kallio") if changed == "body" else BODY
    if changed != "body":
        headers[changed] = str(int(now.timestamp()) + 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(webhook.shown(NEW)).verify(body, headers)


def test_secrets_differ_by_site_endpoint_and_version():
    secrets = {
        webhook.secret(site, endpoint, version)
        for site in ("a", "b")
        for endpoint in ("x", "y")
        for version in (1, 2)
    }
    assert len(secrets) == 8
    assert {len(one) for one in secrets} == {32}


def test_tries_follow_the_standards_schedule_and_end_after_three_days():
    at, pauses = NOW, []
    for attempts in range(1, 11):
        next_at = webhook.next_try(attempts, at)
        if next_at is None:
            break
        pauses.append((next_at - at).total_seconds())
        at = next_at
    assert pauses == [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
    assert attempts == 10


def test_what_the_receiver_asks_for_is_honoured_within_a_day():
    assert webhook.next_try(1, NOW, 60) == NOW + timedelta(seconds=60)
    assert webhook.next_try(1, NOW, 1) == NOW + timedelta(seconds=5)
    assert webhook.next_try(1, NOW, 10**9) == NOW + timedelta(days=1)


def test_a_receiver_that_keeps_failing_is_left_alone_longer_and_longer():
    pauses = [webhook.pause_s(failures) for failures in range(15)]
    assert pauses[:6] == [0, 0, 0, 0, 0, 30]
    assert pauses == sorted(pauses)
    assert webhook.pause_s(10**6) == 3600


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.DELIVERED),
        (204, Outcome.DELIVERED),
        (300, Outcome.FAILED),
        (301, Outcome.FAILED),
        (410, Outcome.UNWANTED),
        (429, Outcome.FAILED),
        (500, Outcome.FAILED),
        (None, Outcome.FAILED),
    ],
)
def test_only_2xx_is_success(status, outcome):
    assert webhook.outcome(status) is outcome


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://a.example/", "https://"),
        ("ftp://a.example/", "https://"),
        ("https:///x", "host"),
        ("https://me:pw@a.example/", "password"),
        ("https://a.example/#x", "fragment"),
        ("https://a.example:99999/", "address"),
        ("https://a.example/ x", "ASCII"),
        ("https://ä.example/", "ASCII"),
        ("https://a.example/" + "x" * 500, "500"),
        ("https://10.0.0.7/hook", "public internet"),
        ("https://[::1]:8443/hook", "public internet"),
    ],
)
def test_each_broken_rule_of_an_address_is_named(url, rule):
    assert rule in (webhook.address_rule(url) or "")


def test_a_good_address_breaks_no_rule():
    assert webhook.address_rule("https://a.example:8443/hook?x=1") is None
    assert webhook.address_rule("http://127.0.0.1:1/", plain=True) is None
