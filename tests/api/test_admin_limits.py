"""What the admin site keeps from its own staff: rights, who drives, what no page offers."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import timezone

from hazardmap.accounts.models import User
from hazardmap.moderation.services import decide
from tests.moderation_scene import hazard_at

pytestmark = pytest.mark.django_db


def test_staff_who_manage_accounts_cannot_make_themselves_superusers(client):
    clerk = User.objects.create_user("clerk@hazardmap.example", is_staff=True)
    clerk.user_permissions.add(*Permission.objects.filter(content_type__model="user"))
    boss = User.objects.create_superuser("boss@hazardmap.example", "a long enough password")
    client.force_login(clerk)
    own = {"email": clerk.email, "name": "", "is_active": "on", "is_superuser": "on"}
    assert client.post(f"/admin/accounts/user/{clerk.pk}/change/", own).status_code == 302
    clerk.refresh_from_db()
    assert not clerk.is_superuser
    theirs = client.post(f"/admin/accounts/user/{boss.pk}/change/", own | {"email": boss.email})
    password = {"password1": "another long one", "password2": "another long one"}
    takeover = client.post(f"/admin/accounts/user/{boss.pk}/password/", password)
    assert (theirs.status_code, takeover.status_code) == (403, 403)


def test_staff_who_may_change_groups_cannot_give_themselves_rights(client, boss):
    group = Group.objects.create(name="clerks")
    clerk = User.objects.create_user("clerk@hazardmap.example", is_staff=True)
    clerk.groups.add(group)
    clerk.user_permissions.add(*Permission.objects.filter(content_type__model="group"))
    address = f"/admin/auth/group/{group.pk}/change/"
    form = {
        "name": "clerks",
        "permissions": Permission.objects.get(codename="add_decision").pk,
    }
    client.force_login(clerk)
    assert client.get(address).status_code == 200
    assert client.post(address, form).status_code == 403
    assert client.post("/admin/auth/group/add/", form | {"name": "x"}).status_code == 403
    assert not group.permissions.exists()
    client.force_login(boss)
    assert client.post(address, form).status_code == 302
    assert group.permissions.exists()


def test_no_address_tells_whose_a_witness_number_is(client):
    hazard_at("cow", (24.94, 60.17), timezone.now() - timedelta(minutes=5))
    mira = User.objects.create_user("mira@hazardmap.example", is_staff=True)
    mira.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(mira)
    ann = User.objects.filter(is_staff=False).first()
    device = ann.devices.first()
    asked = (
        f"accounts/user/?witness={ann.witness}",
        f"accounts/user/?witness__lt={ann.witness}",
        f"accounts/device/?owner={ann.pk}",
        f"accounts/device/?owner__email={ann.email}",
        f"capture/frame/?account={ann.pk}",
        f"capture/frame/?account__id__exact={ann.pk}",
        f"capture/frame/?device={device.pk}",
        f"hazards/view/?witness={ann.witness}",
        f"hazards/view/?device_id={device.pk}",
    )
    for address in asked:
        assert client.get(f"/admin/{address}").status_code == 400, address
    offered = (
        "accounts/user/?is_staff__exact=0",
        "accounts/device/?revoked_at__isempty=1",
        "capture/frame/?state__exact=detected&received_at__gte=2026-01-01+00:00:00%2B00:00",
        "hazards/view/?usable__exact=1",
    )
    for address in offered:
        answer = client.get(f"/admin/{address}")
        assert answer.status_code == 200, address
        assert answer.context["cl"].result_count > 0, address


def test_no_page_names_whoever_drives(client, boss, hazard_id):
    """But that of the account. People call their phones by their own names."""
    decide(moderator=boss, hazard_id=hazard_id, action="confirm")
    ann = User.objects.get(email__startswith="dog0")
    User.objects.filter(pk=ann.pk).update(name="Ann Aalto")
    ann.devices.update(name="Ann’s Pixel")
    opened = 0
    for model in admin.site._registry:
        if model is User:
            continue
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        rows = [reverse(f"admin:{name}_change", args=[one.pk]) for one in model.objects.all()[:9]]
        for page in (reverse(f"admin:{name}_changelist"), *rows):
            html = client.get(page).content.decode()
            assert not [one for one in ("Ann", ann.email, str(ann.pk)) if one in html], page
            opened += 1
    assert opened > 40


def test_filters_answer_what_the_page_offers_and_refuse_everything_else(client, boss, hazard_id):
    """Such as what the database fails at. Nothing fails, whatever is typed into the address."""
    followed = 0
    for model, its_admin in admin.site._registry.items():
        path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        listing = client.get(path).content.decode()
        filters = listing[listing.index("</form>") :].partition('id="changelist-filter"')[2]
        for query in set(re.findall(r'href="(\?[^"]+)"', filters)):
            assert client.get(path + unescape(query)).status_code == 200, (path, query)
            followed += 1
        names = [one for one in its_admin.get_list_filter(None) if isinstance(one, str)]
        for name in names or ["name"]:
            for asked in (f"{name}__regex=(", f"{name}__year=99999", f"{name}__x=1"):
                assert client.get(f"{path}?{asked}").status_code == 400, (path, asked)
    assert followed > 40
