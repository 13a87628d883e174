"""Accounts: one per address, and a camera that is what its owner has said of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from hazardmap.accounts.models import ApiKey, Device, User
from hazardmap.accounts.selectors import (
    contributor_by_token,
    device_cameras,
    devices_of,
)
from hazardmap.accounts.services import device_create, device_revoke, key_admit
from hazardmap.core.seeing.camera import DEFAULT_CAMERA
from tests.capture_scene import driver
from tests.map_scene import buyer

pytestmark = pytest.mark.django_db


def test_an_address_is_one_account_however_it_is_written():
    User.objects.create_user(email="Aino@Drivers.Example", password="a long enough password")
    assert User.objects.get().email == "aino@drivers.example"
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(email="AINO@drivers.example", password="another long password")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.update(email="Aino@drivers.example")


def test_witness_numbers_differ_and_fit_javascript():
    witnesses = [driver(f"d{number}")[0].witness for number in range(20)]
    assert len(set(witnesses)) == 20
    assert all(0 < witness <= 2**53 for witness in witnesses)


def test_a_secret_belongs_to_its_own_kid():
    first, second = driver("aino")[1].token, driver("ben")[1].token
    assert contributor_by_token(f"{first[:-52]}{second[-52:]}") is None
    for text in ("", "hm_dev_", first.upper(), first + " ", f"Bearer {first}", "\0", "é"):
        assert contributor_by_token(text) is None
    assert contributor_by_token(first) is not None


def test_a_key_ends_when_it_expires_or_is_revoked():
    key = buyer()
    assert key_admit(token=key.token, meta={}) is not None
    now = timezone.now()
    ApiKey.objects.update(expires_at=now + timedelta(hours=1))
    assert key_admit(token=key.token, meta={}) is not None
    ApiKey.objects.update(expires_at=now)
    assert key_admit(token=key.token, meta={}) is None
    ApiKey.objects.update(expires_at=None, revoked_at=now)
    assert key_admit(token=key.token, meta={}) is None


def test_devices_are_listed_newest_first_and_revoking_keeps_the_first_time():
    owner, first = driver()
    second = device_create(owner=owner, name="dashcam")
    device_revoke(owner=owner, device_id=first.device_id)
    revoked_at = Device.objects.get(id=first.device_id).revoked_at
    device_revoke(owner=owner, device_id=first.device_id)
    assert Device.objects.get(id=first.device_id).revoked_at == revoked_at
    listed = [(device.id, device.revoked) for device in devices_of(owner)]
    assert listed == [(second.device_id, False), (first.device_id, True)]


def test_a_camera_is_the_default_until_its_owner_knows_better():
    _, device = driver()
    assert device_cameras([device.device_id])[device.device_id](DEFAULT_CAMERA) == DEFAULT_CAMERA
    Device.objects.update(hfov_deg=62, camera_height_m=1.4, pitch_deg=0.0, yaw_deg=-3.0)
    known = device_cameras([device.device_id])[device.device_id](DEFAULT_CAMERA)
    assert (known.hfov_deg, known.height_m, known.pitch_deg, known.yaw_deg) == (62, 1.4, 0.0, -3.0)
    assert known.hfov_sigma_deg < DEFAULT_CAMERA.hfov_sigma_deg
    assert known.yaw_sigma_deg < DEFAULT_CAMERA.yaw_sigma_deg


@pytest.mark.parametrize(
    "wrong", [{"hfov_deg": 5}, {"camera_height_m": 0.0}, {"pitch_deg": 46}, {"yaw_deg": 200}]
)
def test_the_database_refuses_a_camera_that_cannot_be(wrong):
    driver()
    with pytest.raises(IntegrityError):
        Device.objects.update(**wrong)
