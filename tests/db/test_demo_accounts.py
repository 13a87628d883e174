"""The demonstration's accounts: made once, kept where only the operator reads them."""

import stat
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from PIL import Image, ImageChops, ImageStat

from hazardmap.accounts.consent_selectors import VERSIONS, consents_asked
from hazardmap.accounts.models import Consent, User
from hazardmap.accounts.selectors import contributor_by_token
from hazardmap.accounts.services import account_leave, key_admit
from hazardmap.billing.spend_selectors import spending_now
from hazardmap.core.selling.usage import Meter
from hazardmap.demo import accounts, pictures
from hazardmap.demo.accounts import NotADemo, demo_accounts
from hazardmap.demo.restage import Pose, restage
from hazardmap.demo.sales import demo_sales
from hazardmap.footage.exif import read_georeference
from hazardmap.metering.services import usage_roll, usage_ship

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_var(settings, tmp_path):
    settings.VAR = tmp_path


def test_they_are_made_once_and_can_all_be_used(client, tmp_path):
    made = demo_accounts()
    assert demo_accounts() == made
    assert not any(secret in repr(made) for secret in (*made.device_tokens, made.api_key))
    assert not any(login.password in repr(made) for login in made.logins)
    assert [login.role for login in made.logins] == [
        *("contributor", "contributor", "moderator", "administrator", "buyer")
    ]
    for login in made.logins:
        assert client.login(username=login.email, password=login.password)
    contributors = [contributor_by_token(token) for token in made.device_tokens]
    assert len({one.account_id for one in contributors if one}) == 2
    assert key_admit(token=made.api_key, meta={}) is not None


def test_they_agree_to_a_text_that_has_changed(monkeypatch):
    """Else a newer version would refuse the frames of a demonstration that goes on."""
    made = demo_accounts()
    monkeypatch.setitem(VERSIONS, Consent.Document.UPLOADS, "2031-05-01")
    people = User.objects.filter(email__in=[login.email for login in made.logins])
    assert [consents_asked(user) for user in people] == [[Consent.Document.UPLOADS]] * 5

    assert demo_accounts() == made
    assert [consents_asked(user) for user in people] == [[]] * 5


def test_they_are_not_made_again_when_one_has_another_address_or_leaves():
    made = demo_accounts()
    first, second, *_ = (User.objects.get(email=login.email) for login in made.logins)
    User.objects.filter(pk=first.pk).update(email="aino@example.org")
    account_leave(user=second)
    assert demo_accounts() == made


def test_the_moderator_sees_no_people(client):
    made = demo_accounts()
    moderator = User.objects.get(email=made.logins[2].email)
    assert not moderator.has_perm("accounts.view_user")
    assert moderator.has_perm("hazards.view_view")


def test_only_the_operator_reads_the_file(tmp_path):
    demo_accounts()
    (file,) = (tmp_path / "demo").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_new_database_gets_new_accounts():
    first = demo_accounts()
    User.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE accounts_organisation CASCADE")
    second = demo_accounts()
    assert second.api_key != first.api_key
    assert key_admit(token=second.api_key, meta={}) is not None
    assert key_admit(token=first.api_key, meta={}) is None


def test_a_lost_file_is_one_sentence(tmp_path):
    demo_accounts()
    (tmp_path / "demo" / "accounts.json").unlink()
    with pytest.raises(NotADemo, match="make reset"):
        demo_accounts()
    assert User.objects.count() == 5


def test_production_has_none(monkeypatch):
    class Production:
        mode = accounts.Mode.PRODUCTION

    monkeypatch.setattr(accounts, "ENV", Production)
    with pytest.raises(NotADemo):
        demo_accounts()
    assert not User.objects.exists()


def test_without_the_real_pictures_there_are_none(settings, tmp_path):
    settings.SHARED, settings.ASSETS = tmp_path / "nowhere", tmp_path
    assert pictures.restaged_items(tmp_path) == []
    (tmp_path / "nowhere" / "data").mkdir(parents=True)
    assert pictures.restaged_items(tmp_path) == []


def test_real_pictures_are_restaged_along_the_track_and_labelled(shared, tmp_path):
    items = pictures.restaged_items(tmp_path)
    assert len(items) > 20
    assert all(item.metadata == {"provenance": "position_simulated"} for item in items)
    told = [read_georeference(Image.open(item.path)) for item in items]
    assert all(timedelta(0) < timezone.now() - at.captured_at < timedelta(hours=1) for at in told)
    in_istria = [at for at in told if 45 < at.lat < 46 and 13 < at.lon < 14]
    assert len(in_istria) >= 20
    assert all(0 <= at.heading_deg <= 360 for at in told)


def test_a_restaged_copy_looks_the_same(shared, tmp_path):
    picture = next((shared / "coco_subset").rglob("*.jpg"))
    at = datetime(2026, 2, 3, 4, 5, 6, 700_000, tzinfo=UTC)
    restage(picture, tmp_path / "copy.jpg", at=at, pose=Pose(-70.123456, -33.654321, 271.5))
    told = read_georeference(Image.open(tmp_path / "copy.jpg"))
    assert (told.lon, told.lat) == pytest.approx((-70.123456, -33.654321), abs=1e-7)
    assert (told.captured_at, told.heading_deg) == (at, 271.5)
    change = ImageChops.difference(Image.open(tmp_path / "copy.jpg"), Image.open(picture))
    assert max(ImageStat.Stat(change).mean) < 1


def test_the_demo_has_a_month_to_show_once():
    accounts = demo_accounts()
    assert demo_sales(accounts)
    assert not demo_sales(accounts)
    usage_ship()
    usage_roll()
    now = timezone.now()
    owner = User.objects.get(email="bea@demo.invalid")
    spending = spending_now(owner.organisations.get().pk, now)
    if now - spending.month.start > timedelta(hours=2):
        assert spending.units[Meter.HAZARD] > 0
    assert spending.plan
    assert owner.organisations.get().keys.exclude(last_used_at=None).count() == 1
