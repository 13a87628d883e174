"""Names are one line each, wherever they come from: they stand in subjects of mails and in logs."""

import pytest
from django.core import mail

from hazardmap.accounts.models import ApiKey, Device, MailLink, User
from hazardmap.accounts.services import (
    device_create,
    key_create,
    key_limit,
    organisation_create,
    sign_up_finish,
)
from hazardmap.accounts.services.mail_link import link_make
from hazardmap.core.access.key_limits import KeyLimits

pytestmark = pytest.mark.django_db
BROKEN, ONE_LINE = " Evil\nCorp\u2028\tLtd ", "Evil Corp Ltd"


def test_names_are_one_line():
    owner = User.objects.create_user(email="owner@example.org", password="x")
    organisation = organisation_create(name=BROKEN, owner=owner)
    key = key_create(organisation=organisation, name=BROKEN)
    assert ApiKey.objects.get().name == ONE_LINE
    key_limit(kid=key.kid, actor=owner, name=f"{BROKEN}\n2", limits=KeyLimits())
    device_create(owner=owner, name=BROKEN)
    link = link_make(MailLink.Purpose.SIGN_UP, "new@example.org")
    person = {"name": BROKEN, "language": "en", "password": "a long enough 1 to keep"}
    sign_up_finish(token=link, **person, documents=["terms"])
    assert organisation.name == Device.objects.get().name == ONE_LINE
    assert ApiKey.objects.get().name == f"{ONE_LINE} 2"
    assert User.objects.get(email="new@example.org").name == ONE_LINE


@pytest.mark.django_db(transaction=True)
def test_an_old_name_of_two_lines_stops_no_report_of_a_leak(client):
    keys = []
    for number, name in enumerate(("Evil\nCorp", "Fleet")):
        owner = User.objects.create_user(email=f"owner{number}@example.org", password="x")
        organisation = organisation_create(name="new", owner=owner)
        type(organisation).objects.filter(pk=organisation.pk).update(name=name)
        keys.append(key_create(organisation=organisation, name="k").token)
    body = {"tokens": keys}
    answer = client.post("/api/v1/keys/leaked", body, content_type="application/json")
    assert answer.status_code == 200
    assert not ApiKey.objects.filter(revoked_at=None).exists()
    assert len(mail.outbox) == 2
