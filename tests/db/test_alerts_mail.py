"""Spending alerts by mail: once to each, whoever is refused and however long the server is away."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from hazardmap.accounts.models import Membership, User
from hazardmap.billing.models import Customer
from hazardmap.billing.services import alerts_mail
from hazardmap.billing.services.alerts_mail import GIVEN_UP_AFTER
from hazardmap.billing.spend_models import SpendAlert
from hazardmap.core.operation.condition import Health
from hazardmap.core.selling.pricing.period import month_of
from hazardmap.operation.status import status
from hazardmap.platform.mail import Mail, Receiver, mail_notice
from tests.billing_scene import NOW, sell
from tests.smtp_server import smtp_server

pytestmark = pytest.mark.django_db
AINO, BEA, CARL = (f"{name}@example.org" for name in ("aino", "bea", "carl"))


@pytest.fixture
def server():
    with smtp_server() as told:
        yield told


def alert(*emails):
    """Half of the cap of an organisation with these owners is spent."""
    organisation_id, _ = sell(start=month_of(NOW).start)
    for email in emails:
        user = User.objects.create_user(email=email, password="x")
        Membership.objects.create(organisation_id=organisation_id, user=user, role="owner")
    customer = Customer.objects.get(organisation=organisation_id)
    amounts = {"percent": 50, "cap_micro": 4_000_000, "spent_micro": 2_000_000}
    return SpendAlert.objects.create(customer=customer, month=month_of(NOW).start, **amounts)


def due_now():
    SpendAlert.objects.update(mail_next_at=timezone.now())


def mail_line():
    return next(line for line in status() if line.name == "mail")


def test_who_is_refused_stops_no_mail_to_others_and_repeats_none(server):
    server.refused = {CARL: "550 5.1.1 no such user"}
    alert(AINO, CARL, "dora@example.org")
    alert(BEA)
    for _ in range(3):
        alerts_mail()
        due_now()
    assert server.took == [AINO, "dora@example.org", BEA]
    assert not SpendAlert.objects.filter(mailed_at=None).exists(), "refused for good"


def test_a_server_that_refuses_all_for_good_refuses_us_and_is_asked_again(server):
    """A login that is missing, or an address on a list, and nobody is told of his money."""
    server.refused = dict.fromkeys((AINO, BEA), "554 5.7.1 relay access denied")
    row = alert(AINO, BEA)
    assert alerts_mail() == 0
    row.refresh_from_db()
    assert row.mailed_at is None
    assert "554" in row.mail_problem
    due_now()
    server.refused = {BEA: "550 5.1.1 no such user"}
    assert alerts_mail() == 1
    assert server.took == [AINO]


def test_who_is_to_come_again_comes_later_and_alone(server):
    server.refused = {BEA: "450 4.2.0 come again"}
    row = alert(AINO, BEA)
    assert [alerts_mail() for _ in range(3)] == [0, 0, 0]
    assert (server.took, server.tried) == ([AINO], 2), "it is not asked again at once"
    due_now()
    server.refused = {}
    assert alerts_mail() == 1
    assert server.took == [AINO, BEA]
    row.refresh_from_db()
    assert (row.mailed_to, row.mail_problem) == ([], ""), "addresses are kept no longer"


def test_an_address_that_never_takes_it_is_left_out_after_a_day(server):
    server.refused = {BEA: "452 4.2.2 mailbox full"}
    row = alert(BEA)
    assert alerts_mail() == 0
    due_now()
    SpendAlert.objects.update(at=row.at - GIVEN_UP_AFTER)
    assert alerts_mail() == 1


def test_while_the_server_is_away_one_try_at_a_time_asks_for_it(server):
    server.greeting = "421 4.3.2 closing"
    first, second = alert(AINO), alert(BEA)
    SpendAlert.objects.update(at=timezone.now() - 2 * GIVEN_UP_AFTER)
    assert [alerts_mail() for _ in range(3)] == [0, 0, 0]
    assert server.tried == 1
    due_now()
    alerts_mail()
    assert server.tried == 2
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.mail_next_at > timezone.now() + timedelta(seconds=50), "later each time"
    assert second.mail_next_at == first.mail_next_at
    server.greeting = "220 ready"
    due_now()
    assert alerts_mail() == 2, "nothing is given up meanwhile"
    assert server.took == [AINO, BEA]


def test_status_and_log_say_that_mail_is_broken_and_why_but_not_to_whom(server, caplog):
    server.greeting = "535 5.7.8 wrong password for aino@example.org"
    alert(AINO)
    with caplog.at_level(logging.WARNING):
        alerts_mail()
    assert "535" in caplog.text
    assert AINO not in caplog.text
    assert mail_line().verdict is Health.OK
    SpendAlert.objects.update(at=timezone.now() - timedelta(hours=3))
    assert mail_line().verdict is Health.STUCK
    assert "535" in mail_line().said
    server.greeting = "220 ready"
    due_now()
    alerts_mail()
    assert mail_line().said == "nothing waits"


def test_a_notice_reaches_the_others_and_its_subject_is_one_line(server):
    server.refused = {AINO: "550 5.1.1 no such user"}
    to = [Receiver(AINO, "en"), Receiver(BEA, "en")]
    mail_notice(to=to, write=lambda: Mail("A key of\nEvil Corp", ("was found.",)))
    assert server.took == [BEA]
