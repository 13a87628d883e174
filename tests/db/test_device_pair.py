"""Pairing: a code works once, for five minutes, and only for the one who asked for it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections, transaction
from django.utils import timezone

from hazardmap.accounts.models import Device, PairingCode, User
from hazardmap.accounts.selectors import contributor_by_token
from hazardmap.accounts.services import (
    AccountsRefused,
    PairingRefused,
    device_create,
    device_pair,
    device_revoke,
    pairing_code_create,
)
from hazardmap.accounts.services.device_pair import CODE_ALPHABET, MAX_DEVICES
from tests.at_once import in_thread, somebody_waits
from tests.stack import wait_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return User.objects.create_user("aino@drivers.example", "a long enough password")


def test_a_code_becomes_a_device_of_its_owner(owner):
    code = pairing_code_create(owner=owner).code
    assert len(code) == 8
    assert set(code) <= set(CODE_ALPHABET)
    device = device_pair(code=f" {code.lower()} ", name="Pixel" * 50)
    contributor = contributor_by_token(device.token)
    assert contributor is not None
    assert (contributor.device_id, contributor.account_id) == (device.device_id, owner.pk)
    row = Device.objects.get()
    assert len(row.name) == 100
    assert device.token.encode() not in bytes(row.secret_sha256)


def test_a_code_works_once(owner):
    code = pairing_code_create(owner=owner).code
    device_pair(code=code, name="first")
    with pytest.raises(PairingRefused):
        device_pair(code=code, name="second")
    assert Device.objects.count() == 1


def test_a_code_lives_five_minutes(owner):
    new = pairing_code_create(owner=owner)
    lives = new.expires_at - timezone.now()
    assert timedelta(minutes=4, seconds=55) < lives <= timedelta(minutes=5)
    PairingCode.objects.update(expires_at=timezone.now() - timedelta(milliseconds=1))
    with pytest.raises(PairingRefused):
        device_pair(code=new.code, name="late")


def test_a_newer_code_replaces_the_older(owner):
    older, newer = pairing_code_create(owner=owner), pairing_code_create(owner=owner)
    with pytest.raises(PairingRefused):
        device_pair(code=older.code, name="phone")
    device_pair(code=newer.code, name="phone")


def test_an_account_has_so_many_devices_and_not_more(owner):
    devices = [
        device_pair(code=pairing_code_create(owner=owner).code, name="phone")
        for _ in range(MAX_DEVICES)
    ]
    with pytest.raises(AccountsRefused, match="20 devices"):
        pairing_code_create(owner=owner)
    device_revoke(owner=owner, device_id=devices[0].device_id)
    assert pairing_code_create(owner=owner).code


def test_a_closed_account_pairs_nothing(owner):
    code = pairing_code_create(owner=owner).code
    User.objects.update(is_active=False)
    with pytest.raises(PairingRefused):
        device_pair(code=code, name="phone")


def test_the_code_itself_is_not_stored(owner):
    code = pairing_code_create(owner=owner).code
    assert code.encode() not in bytes(PairingCode.objects.get().code_sha256)


@pytest.mark.django_db(transaction=True)
def test_two_phones_with_one_code_at_once_are_one_device(owner):
    code = pairing_code_create(owner=owner).code
    ready = Barrier(4)

    def pair(number: int) -> bool:
        try:
            ready.wait(10)
            device_pair(code=code, name=f"phone {number}")
            return True
        except PairingRefused:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(pair, range(4))) == 1
    assert Device.objects.count() == 1


def _make_code_beside(owner, first):
    """Ask for a code while a transaction has done `first` and has not ended."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first()
            later = in_thread(pool, lambda: pairing_code_create(owner=owner))
            wait_for("it", lambda: later.done() or somebody_waits(), timeout_s=10)
        return later.result(20)


@pytest.mark.django_db(transaction=True)
def test_of_two_codes_asked_for_at_once_one_lives(owner):
    _make_code_beside(owner, lambda: pairing_code_create(owner=owner))
    assert PairingCode.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_code_asked_for_while_the_last_device_is_paired_is_refused(owner):
    for number in range(MAX_DEVICES - 1):
        device_create(owner=owner, name=f"phone {number}")
    code = pairing_code_create(owner=owner).code
    with pytest.raises(AccountsRefused, match="20 devices"):
        _make_code_beside(owner, lambda: device_pair(code=code, name="the last"))
