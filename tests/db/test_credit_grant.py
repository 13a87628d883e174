"""What is paid in advance: an amount above zero that can be paid, or nothing is noted."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from hazardmap.billing.models import Credit
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.services import credit_grant
from tests.billing_scene import sell

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "1e400", "NaN"])
def test_what_is_no_amount_above_zero_is_refused(amount):
    organisation_id, _ = sell()
    with pytest.raises(BillingRefused):
        credit_grant(organisation_id=organisation_id, amount=Decimal(amount), expires_at=None)
    with pytest.raises(CommandError):
        call_command("grant_credit", str(organisation_id), "--", amount)
    assert not Credit.objects.exists()


def test_the_command_notes_the_amount_and_the_day(capsys):
    organisation_id, _ = sell()
    call_command("grant_credit", str(organisation_id), "500.00")
    call_command("grant_credit", str(organisation_id), "20", "--expires", "2027-12-31")
    assert f"{organisation_id} has 20 more to spend" in capsys.readouterr().out
    assert list(
        Credit.objects.order_by("granted_at").values_list("amount_micro", "expires_at")
    ) == [
        (500_000_000, None),
        (20_000_000, datetime(2027, 12, 31, tzinfo=UTC)),
    ]


def test_the_command_says_in_a_sentence_what_is_wrong():
    organisation_id, _ = sell()
    with pytest.raises(CommandError, match="must be a day like 2027-12-31"):
        call_command("grant_credit", str(organisation_id), "5", "--expires", "31.12.2027")
    with pytest.raises(CommandError, match="much: must be an amount like 500"):
        call_command("grant_credit", str(organisation_id), "much")
    with pytest.raises(CommandError):
        call_command("grant_credit", str(uuid4()), "5")
    assert not Credit.objects.exists()
