"""The operator closes an organisation: knowingly where money is open, and noted."""

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from hazardmap.accounts.models import ApiKey, Membership, Organisation
from hazardmap.accounts.services import NotAllowed, key_create, organisation_close
from hazardmap.billing.models import Subscription
from hazardmap.core.access.roles import Role
from hazardmap.core.full_times import HOUR, hour_of
from hazardmap.moderation.models import AuditEntry
from tests.account_scene import founded, member
from tests.billing_scene import LAST, billed, granted
from tests.portal_scene import selling

pytestmark = pytest.mark.django_db
DONE = ["close_organisation", "--by=ops", "--reason=has  never paid"]


def nothing_is_closed() -> bool:
    live = ApiKey.objects.filter(revoked_at=None).count() == ApiKey.objects.count()
    running = not Subscription.objects.exclude(end=None).exists()
    still_open = not Organisation.objects.exclude(closed_at=None).exists()
    return live and running and still_open and not AuditEntry.objects.exists()


def test_money_that_is_open_is_said_and_stays_owed(
    capsys, mailoutbox, django_capture_on_commit_callbacks
):
    _, _, organisation = selling()
    others = [member(organisation, role).email for role in (Role.BILLING, Role.READER)]
    command = [*DONE, str(organisation.pk)]
    with pytest.raises(CommandError, match="before tax is not invoiced yet") as refused:
        call_command(*command)
    assert "--although-open closes it all the same" in str(refused.value)
    invoice = billed(organisation.pk, LAST)
    granted(organisation.pk, 20)
    with pytest.raises(CommandError, match=r"Fleet has money open: .* of HM-000001 is due; "):
        call_command(*command)
    assert nothing_is_closed()
    with django_capture_on_commit_callbacks(execute=True):
        call_command(*command, "--although-open")
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "Fleet is closed"
    assert told[1].endswith(" EUR of HM-000001 is due")
    assert f"bill_month {timezone.now():%Y-%m} does" in told[2]
    assert told[3] == "20.00 EUR of what it paid in advance is left"
    assert not ApiKey.objects.filter(revoked_at=None).exists()
    assert not Membership.objects.exists()
    assert Subscription.objects.get().end == hour_of(timezone.now()) + HOUR
    invoice.refresh_from_db()
    assert invoice.state == "finalised"
    assert {*others} < {one.to[0] for one in mailoutbox}
    words = " ".join(mailoutbox[0].body.split())
    assert "Whoever runs this site has closed Fleet on hazardmap. Its API keys are revoked" in words
    assert "never paid" not in words
    noted = AuditEntry.objects.get()
    assert (noted.actor, noted.action, noted.reason) == (
        "ops",
        "close organisation",
        "has never paid",
    )
    assert noted.subject == f"organisation {organisation.pk}"
    assert "HM-000001 is due" in noted.after["money open"]
    with pytest.raises(CommandError, match="There is no open organisation"):
        call_command(*command, "--although-open")


def test_who_has_bought_nothing_is_closed_at_once(capsys):
    organisation, _ = founded()
    key_create(organisation=organisation, name="key")
    for reason in ("", " ", "x" * 201):
        with pytest.raises(CommandError, match="reason"):
            call_command("close_organisation", str(organisation.pk), f"--reason={reason}")
    with pytest.raises(CommandError, match="There is no open organisation"):
        call_command(*DONE, str(uuid4()))
    assert nothing_is_closed()
    call_command(*DONE, str(organisation.pk))
    assert capsys.readouterr().out == "Fleet is closed\n"
    assert AuditEntry.objects.get().after["money open"] == ""
    with pytest.raises(NotAllowed):
        organisation_close(organisation_id=organisation.pk)
