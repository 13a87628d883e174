"""Staff with few rights: each opens what it is for, and nothing else of the admin site."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from hazardmap.accounts.models import User
from hazardmap.billing.services import invoice_draft, invoice_finalise
from hazardmap.capture.models import Frame
from hazardmap.moderation.services import decide
from tests.account_scene import signed_in
from tests.billing_scene import LAST, customer_of
from tests.portal_scene import selling

pytestmark = pytest.mark.django_db
REFUSED = {403, 404}
OF_ROW = ("change", "history", "delete")
# What is no table of its own, and all rights that it takes.
ELSEWHERE = {
    "GET queue/": ["moderation.add_decision"],
    "GET queue/{hazard}/": ["moderation.add_decision"],
    "POST queue/{hazard}/decide/": ["moderation.add_decision"],
    "POST queue/{hazard}/skip/": ["moderation.add_decision"],
    "GET reports/": ["moderation.add_decision"],
    "GET moderation/auditentry/export.csv": ["moderation.view_auditentry"],
    "GET billing/invoice/{invoice}/pdf/": ["billing.view_invoice"],
    "GET billing/invoice/{invoice}/line/{line}/": ["billing.view_invoice"],
    "GET billing/invoice/{invoice}/line/{line}/?key={key}&hour={hour}": [
        "billing.view_invoice",
        "metering.view_usageevent",
    ],
    "GET autocomplete/?app_label=accounts&model_name=membership&field_name=user": [
        "accounts.view_user"
    ],
}


@pytest.fixture
def clerk(client):
    user = User.objects.create_user("clerk@hazardmap.example", is_staff=True)
    client.force_login(user)
    return user


@pytest.fixture
def things(hazard_id):
    """A row of most tables, and what addresses name."""
    mira = User.objects.create_superuser("mira@hazardmap.example", None)
    decide(moderator=mira, hazard_id=hazard_id, action="confirm")
    draft = invoice_draft(customer_id=customer_of(selling()[2].pk).pk, month=LAST)
    invoice = invoice_finalise(invoice_id=draft.pk)
    line = invoice.lines.filter(quantity__gt=0).first()
    hour = line.hours.get()
    return {"hazard": hazard_id, "invoice": invoice.pk, "line": line.pk} | {
        "key": hour.key_id,
        "hour": hour.hour.isoformat().replace("+", "%2B"),
    }


def rights(*names):
    """Those of these names, such as "billing.view_invoice"."""
    known = {f"{one.content_type.app_label}.{one.codename}": one for one in every_right()}
    return [known[name] for name in names]


def every_right():
    return list(Permission.objects.select_related("content_type"))


def all_but(*models):
    """Who may change a row may see it, so none of the rights to these tables."""
    return [one for one in every_right() if one.content_type.model_class() not in models]


def test_a_right_opens_its_own_table_and_no_other_right_does(client, clerk, things):
    """With what was done to its rows, but not to be changed, and no other table beside it."""
    opened, others = 0, User.objects.create_user("others@hazardmap.example", is_staff=True)
    others.user_permissions.set(every_right())
    rest = signed_in(others)
    for model in admin.site._registry:
        name, row = model._meta.label_lower.replace(".", "_"), model._default_manager.first()
        pages, kept = [reverse(f"admin:{name}_changelist")], [reverse(f"admin:{name}_add")]
        if row is not None:
            of_row = {what: reverse(f"admin:{name}_{what}", args=[row.pk]) for what in OF_ROW}
            kept.append(of_row.pop("delete"))
            pages += of_row.values()
        clerk.user_permissions.set(rights(f"{model._meta.app_label}.view_{model._meta.model_name}"))
        for page in pages:
            answer = client.get(page)
            assert answer.status_code == 200, page
            assert not answer.context.get("inline_admin_formsets"), page
        for page in kept:
            assert client.post(page, {"post": "yes"}).status_code == 403, page
        of_table = set(every_right()) - set(all_but(model))
        others.user_permissions.remove(*of_table)
        for page in pages:
            assert rest.get(page).status_code == 403, page
        others.user_permissions.add(*of_table)
        opened += len(pages)
    assert opened > 50


def test_what_is_no_table_takes_its_own_right_as_well(client, clerk, things):
    for call, names in ELSEWHERE.items():
        method, address = call.format(**things).split(" ", 1)

        def status(method=method, address=address):
            return getattr(client, method.lower())(f"/admin/{address}").status_code

        clerk.user_permissions.set(rights(*names))
        assert status() in {200, 302}, call
        for name in names:
            (right,) = rights(name)
            clerk.user_permissions.set(all_but(right.content_type.model_class()))
            assert status() in REFUSED, (call, name)
    clerk.user_permissions.set(every_right())
    assert client.get("/admin/status/").status_code == 403


def test_pictures_are_for_who_may_see_frames_or_moderates(client, clerk, things):
    page = f"/admin/images/{Frame.objects.first().pk}.jpg"
    either = rights("capture.view_frame", "moderation.add_decision")
    for one in either:
        clerk.user_permissions.set([one])
        assert client.get(page).status_code == 200
    clerk.user_permissions.set(set(every_right()) - set(either))
    assert client.get(page).status_code == 403


def test_a_right_that_is_for_nothing_shows_no_table(client, clerk, things):
    clerk.user_permissions.set(rights("moderation.add_decision"))
    shown = [app["app_label"] for app in client.get("/admin/").context["app_list"]]
    assert shown == ["review"]
    clerk.user_permissions.clear()
    assert client.get("/admin/").context["app_list"] == []
    assert client.get("/admin/billing/").status_code == 404


def test_nothing_that_is_typed_into_an_address_fails(client, clerk, things):
    clerk.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    user = ContentType.objects.get_for_model(User).pk
    for address, status in {
        f"r/{user}/nonsense/": 404,
        f"r/{user}/{clerk.pk}/": 404,
        "accounts/user/nonsense/change/": 302,
        "accounts/user/nonsense/history/": 302,
        "hazards/hazardevent/99999999999999999999999/change/": 302,
        "accounts/user/?_to_field=password&_popup=1": 400,
        "accounts/user/?o=99.x.-1&e=1": 200,
        "accounts/user/?p=99999999999999999999": 200,
        "accounts/user/?q=%00": 200,
        "hazards/hazard/?state__exact=%00": 400,
        "capture/frame/?received_at__gte=tomorrow": 302,
        "billing/invoice/?q=99999999999999999999999": 200,
        "moderation/auditentry/export.csv?at__gte=tomorrow": 400,
        "moderation/auditentry/export.csv?q=%00": 200,
        "autocomplete/?app_label=accounts&model_name=membership&field_name=role": 403,
        "autocomplete/?app_label=nothing&model_name=user&field_name=x": 403,
    }.items():
        assert client.get(f"/admin/{address}").status_code == status, address
