"""What no table can hold is refused, and is no failure that wakes the operator."""

import pytest
from django.db import DataError, connection, transaction

from hazardmap.accounts.models import Membership, Organisation
from hazardmap.accounts.services import key_create, organisation_create
from hazardmap.core.access.roles import Role
from hazardmap.web.refusal_pages import RefusalPages
from tests.account_scene import person

pytestmark = pytest.mark.django_db
NUL = "a\0b"


@pytest.fixture
def fleet(client):
    """The organisation of whoever is signed in."""
    nora, fleet = person("nora"), organisation_create(name="Fleet")
    Membership.objects.create(organisation=fleet, user=nora, role=Role.OWNER)
    client.force_login(nora)
    return fleet


def status(send, *what) -> int:
    with transaction.atomic():  # where one statement has failed no other is taken
        code = send(*what).status_code
        transaction.set_rollback(True)
    return code


def test_whoever_is_signed_in_is_told(client, fleet):
    portal, kid = f"/portal/{fleet.pk}/", key_create(organisation=fleet, name="key").kid
    assert status(client.post, "/portal/", {"name": NUL}) == 400
    assert status(client.post, f"{portal}keys/{kid}/limit/", {"name": NUL}) == 400
    assert status(client.post, f"{portal}team/withdraw/", {"email": NUL}) == 400
    assert not Organisation.objects.exclude(pk=fleet.pk).exists()
    assert client.get(portal).status_code == 200


def test_everybody_else_too(client):
    assert status(client.get, "/reports/a%00b/") == 400
    assert status(client.post, "/signup/", {"email": "a@b.example", "next": f"/{NUL}"}) == 400


def test_a_drive_of_no_year_that_is_known_is_not_deleted(client, fleet):
    years = {"begin": "0001-01-01T00:00:00+23:59", "end": "9999-12-31T23:59:59-23:59"}
    assert status(client.post, f"/account/drives/{fleet.pk}/delete/", years) == 400


def test_what_the_database_itself_refuses_stays_a_failure(rf):
    with pytest.raises(DataError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    assert RefusalPages(None).process_exception(rf.get("/list/"), refused.value) is None
