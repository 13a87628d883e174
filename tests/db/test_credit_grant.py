"""What is paid in advance: an amount above zero that can be paid, once, or nothing is noted."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from hazardmap.billing.models import Credit
from hazardmap.billing.refused import BillingRefused, BookedAlready
from hazardmap.billing.services import credit_grant
from tests.at_once import at_once
from tests.billing_scene import customer_of, granted, sell

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "1.000", "1e400", "NaN"])
def test_what_is_no_amount_above_zero_is_refused(amount):
    organisation_id, _ = sell()
    with pytest.raises(BillingRefused):
        credit_grant(
            organisation_id=organisation_id,
            amount=Decimal(amount),
            expires_at=None,
            reference="transfer 1",
        )
    with pytest.raises(CommandError):
        call_command("grant_credit", str(organisation_id), "--reference=x", "--", amount)
    assert not Credit.objects.exists()


def test_the_command_notes_the_amount_and_the_day(capsys):
    organisation_id, _ = sell()
    call_command("grant_credit", str(organisation_id), "500.00", "--reference=transfer 1")
    second = (str(organisation_id), "20", "--reference=transfer 2", "--expires=2127-12-31")
    call_command("grant_credit", *second)
    assert f"{organisation_id} has 20.00 EUR more to spend" in capsys.readouterr().out
    noted = Credit.objects.order_by("granted_at")
    assert list(noted.values_list("amount_micro", "expires_at", "reference")) == [
        (500_000_000, None, "transfer 1"),
        (20_000_000, datetime(2127, 12, 31, tzinfo=UTC), "transfer 2"),
    ]


def test_a_payment_that_is_typed_twice_is_noted_once(capsys):
    organisation_id, _ = sell()
    command = ("grant_credit", str(organisation_id))
    for amount, reference in (("500.00", "transfer 1"), ("500", " transfer  1 ")):
        call_command(*command, amount, f"--reference={reference}")
    booked = r"500.00 EUR is booked already for 'transfer 1', on \d{4}-\d\d-\d\d"
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"{organisation_id} has 500.00 EUR more to spend"
    with pytest.raises(CommandError, match=f"{booked}: what is something else needs another"):
        call_command(*command, "50", "--reference=transfer 1")
    with pytest.raises(BookedAlready, match=booked):
        credit_grant(
            organisation_id=organisation_id,
            amount=Decimal(500),
            expires_at=None,
            reference="transfer 1",
        )
    assert told[1].endswith(": nothing was added")
    assert Credit.objects.get().amount_micro == 500_000_000
    other, _ = sell()
    call_command("grant_credit", str(other), "500.00", "--reference=transfer 1")
    with pytest.raises(IntegrityError, match="credit_once"), transaction.atomic():
        customer_of(other).credits.create(amount_micro=1, reference="transfer 1")


@pytest.mark.django_db(transaction=True)
def test_a_payment_that_is_noted_at_once_is_noted_once():
    organisation_id, _ = sell()

    def grant() -> bool:
        try:
            credit_grant(
                organisation_id=organisation_id,
                amount=Decimal(5),
                expires_at=None,
                reference="transfer 1",
            )
        except BookedAlready:
            return False
        return True

    assert sorted(at_once(*[grant] * 4)) == [False] * 3 + [True]


def test_the_command_says_in_a_sentence_what_is_wrong():
    organisation_id, _ = sell()
    granted(organisation_id, 1)

    def refused(who, amount, *more, match):
        with pytest.raises(CommandError, match=match):
            call_command("grant_credit", str(who), amount, *more)

    reference = "--reference=transfer 1"
    day = "must be a day like 2027-12-31"
    refused(organisation_id, "5", reference, "--expires=31.12.2027", match=day)
    refused(organisation_id, "5", reference, "--expires=2027-12-31T10:00", match=day)
    past = "must expire in the future, not on 2020-12-31"
    refused(organisation_id, "5", reference, "--expires=2020-12-31", match=past)
    refused(organisation_id, "much", reference, match="much: must be an amount like 500")
    refused(organisation_id, "5", match="--reference")
    refused(organisation_id, "5", "--reference= ", match="must have 1 to 200 letters")
    refused(uuid4(), "5", reference, match="no customer")
    assert Credit.objects.count() == 1
