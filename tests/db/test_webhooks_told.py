"""Who may change an organisation's webhooks gets a mail when one of them takes nothing any more."""

import pytest

from hazardmap.accounts.models import Organisation
from hazardmap.core.access.roles import Role
from hazardmap.core.fusion.hazard import Change
from hazardmap.webhooks.models import Delivery
from hazardmap.webhooks.services import deliveries_make, deliveries_send
from tests.account_scene import member
from tests.webhook_scene import Clock, cow, organisation_of, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(key):
    """Who may change the webhooks, beside somebody who may not."""
    organisation = Organisation.objects.get(id=organisation_of(key))
    member(organisation, Role.BILLING)
    return member(organisation, Role.DEVELOPER)


def test_who_sees_to_it_is_told_that_it_was_switched_off(
    receiver, hook, olga, mailoutbox, django_capture_on_commit_callbacks
):
    receiver.answer = 410
    told(Change.APPEARED, cow())
    told(Change.APPEARED, cow())
    deliveries_make()
    with django_capture_on_commit_callbacks(execute=True):
        deliveries_send()
    (mail,) = mailoutbox
    assert mail.to == [olga.email]
    assert "410 Gone" in mail.body
    assert f"/webhooks/{hook.id}/" in mail.body
    assert receiver.url not in mail.body, "an address may hold a secret of its receiver"


def test_who_sees_to_it_is_told_once_that_messages_are_given_up(
    receiver, hook, olga, mailoutbox, django_capture_on_commit_callbacks
):
    clock = Clock()

    def days_pass(answer):
        receiver.answer = answer
        told(Change.APPEARED, cow())
        told(Change.APPEARED, cow())
        deliveries_make()
        with django_capture_on_commit_callbacks(execute=True):
            for _ in range(24 * 4):
                deliveries_send(now=clock)
                clock.forward(hours=1)
        return len(mailoutbox)

    assert [days_pass(answer) for answer in (500, 500, 204, 500)] == [1, 1, 1, 2]
    assert Delivery.objects.filter(state="dead").count() > 3
    assert {tuple(mail.to) for mail in mailoutbox} == {(olga.email,)}
    assert "ten tries" in " ".join(mailoutbox[0].body.split())
