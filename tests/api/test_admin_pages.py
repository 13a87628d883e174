"""Every page of the admin site: it opens, shows no secret, and needs no inline script or style."""

import csv
import hashlib
import re
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from hazardmap.accounts.models import ApiKey, Organisation, User
from hazardmap.accounts.services import key_create
from hazardmap.billing.services import credit_note_issue, invoice_draft, invoice_finalise
from hazardmap.capture.models import Frame
from hazardmap.core.ids import uuid7
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.inference.models import DetectionRun
from hazardmap.metering.models import UsageEvent
from hazardmap.moderation.models import AuditEntry
from hazardmap.moderation.services import decide
from hazardmap.rewards.models import Account, Booking
from hazardmap.rewards.services import Ledger, ledger_book
from tests.billing_scene import LAST, customer_of, granted
from tests.policy import blocked_by_policy
from tests.portal_scene import selling

pytestmark = pytest.mark.django_db
EDITABLE = {"accounts.user", "accounts.organisation", "auth.group"}


@pytest.fixture
def used():
    """Two answers of one key today, one of another yesterday."""
    now = timezone.now()
    lines = [("key-one", 3, now), ("key-one", 4, now), ("key-two", 9, now - timedelta(days=1))]
    for number, (key_id, quantity, at) in enumerate(lines):
        UsageEvent.objects.create(
            id=uuid7(at, hashlib.sha256(str(number).encode()).digest()),
            key_id=key_id,
            meter="hazard",
            quantity=quantity,
            at=at,
            request_id=f"request-{number}",
            subject="hazards",
            hazards=[],
        )


def test_every_list_and_every_row_opens_without_inline_code(client, boss, hazard_id, used):
    organisation = Organisation.objects.create(name="Buyer")
    key_create(organisation=organisation, name="test")
    decide(moderator=boss, hazard_id=hazard_id, action="confirm")
    opened = 0
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        listing = client.get(reverse(f"admin:{name}_changelist"))
        assert listing.status_code == 200, name
        assert blocked_by_policy(listing) == [], name
        row = model._default_manager.first()
        if row is not None:
            shown = client.get(reverse(f"admin:{name}_change", args=[row.pk]))
            assert shown.status_code == 200, name
            assert blocked_by_policy(shown) == [], name
            opened += 1
    assert opened >= 12


def test_the_queue_and_the_entrance_have_no_inline_code(client, boss, hazard_id):
    for address in ["/admin/", f"/admin/queue/{hazard_id}/", "/admin/accounts/user/add/"]:
        assert blocked_by_policy(client.get(address)) == []
    decide(moderator=boss, hazard_id=hazard_id, action="confirm")
    assert blocked_by_policy(client.get("/admin/queue/")) == []
    client.logout()
    assert blocked_by_policy(client.get("/admin/login/")) == []


def test_rows_that_nobody_edits_cannot_be_edited_even_by_a_superuser(client, boss, hazard_id):
    for model in admin.site._registry:
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        if model._meta.label_lower in EDITABLE:
            continue
        assert client.get(reverse(f"admin:{label}_add")).status_code == 403, label
        row = model._default_manager.first()
        if row is not None:
            address = reverse(f"admin:{label}_change", args=[row.pk])
            assert client.post(address, {"state": "active"}).status_code == 403, label
            delete = reverse(f"admin:{label}_delete", args=[row.pk])
            assert client.post(delete, {"post": "yes"}).status_code == 403, label


def test_the_review_queue_is_listed_for_moderators_only(client, boss):
    assert 'href="/admin/queue/"' in client.get("/admin/").content.decode()
    clerk = User.objects.create_user("clerk@hazardmap.example", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_usageevent"))
    client.force_login(clerk)
    html = client.get("/admin/").content.decode()
    assert "Usage events" in html
    assert 'href="/admin/queue/"' not in html


def test_keys_are_shown_without_their_secrets(client, boss):
    organisation = Organisation.objects.create(name="Buyer")
    key = key_create(organisation=organisation, name="production")
    html = client.get(f"/admin/accounts/apikey/{key.kid}/change/").content.decode()
    assert key.kid in html
    assert key.token not in html
    assert bytes(ApiKey.objects.get().secret_sha256).hex() not in html
    assert "secret" not in html.lower()


def test_frames_show_the_blurred_picture_and_a_number_instead_of_a_name(client, boss, hazard_id):
    frame = Frame.objects.all()[0]
    listing = client.get("/admin/capture/frame/?state__exact=detected").content.decode()
    assert str(frame.account.witness) in listing
    assert re.search(r"\d\d:\d\d:\d\d UTC<", listing), "times of day name their zone"
    shown = client.get(f"/admin/capture/frame/{frame.pk}/change/").content.decode()
    assert f'src="/admin/images/{frame.pk}.jpg"' in shown
    assert "drivers.example" not in listing + shown
    run = DetectionRun.objects.get(frame_id=frame.pk)
    found = client.get(f"/admin/inference/detectionrun/?q={frame.pk}").content.decode()
    assert str(run.pk) in found
    boxes = client.get(f"/admin/inference/detectionrun/{run.pk}/change/").content.decode()
    assert "dog 0.80" in boxes
    assert 'class="box strong"' in boxes


def test_usage_is_summed_by_day_key_and_meter(client, boss, used):
    today = datetime.now(UTC).date()
    html = client.get("/admin/metering/usageevent/").content.decode()
    line = "<td>{}</td><td>{}</td><td>hazard</td><td>{}</td><td>{}</td>"
    assert line.format(today, "key-one", 7, 2) in html
    assert "key-two" not in html
    html = client.get("/admin/metering/usageevent/?day=all").content.decode()
    assert line.format(today - timedelta(days=1), "key-two", 9, 1) in html
    html = client.get("/admin/metering/usageevent/?day=all&q=key-two").content.decode()
    assert "key-one" not in html
    for nonsense in ("tomorrow", "9999-12-31", "0001-01-01"):
        answer = client.get(f"/admin/metering/usageevent/?day={nonsense}")
        assert answer.status_code == 302, nonsense


def test_the_audit_log_is_exported_as_its_list_is_filtered(client, boss, hazard_id):
    decide(moderator=boss, hazard_id=hazard_id, action="reject", reason="=1+1")
    AuditEntry.objects.create(
        actor="x", action="other", subject="y", before={}, after={}, reason="z"
    )
    address = "/admin/moderation/auditentry/export.csv"
    response = client.get(address)
    assert response.headers["Content-Type"].startswith("text/csv")
    everything = list(csv.DictReader(StringIO(response.getvalue().decode())))
    assert [line["action"] for line in everything] == ["other", "reject"]
    assert everything[1]["who"] == boss.email
    assert everything[1]["reason"] == "'=1+1"
    assert '"state": "active"' in everything[1]["before"]
    filtered = client.get(f"{address}?action=other").getvalue().decode()
    assert "reject" not in filtered
    clerk = User.objects.create_user("clerk@hazardmap.example", is_staff=True)
    client.force_login(clerk)
    assert client.get(address).status_code == 403


def test_a_new_account_has_its_address_in_lower_case(client, boss):
    form = {"email": "New.Person@X.example", "name": "", "usable_password": "true"}
    form |= {"password1": "a long enough password", "password2": "a long enough password"}
    assert client.post("/admin/accounts/user/add/", form).status_code == 302
    assert User.objects.get(email="new.person@x.example").check_password("a long enough password")


def test_the_trail_of_a_hazard_can_be_read(client, boss, hazard_id):
    """Rounded, with seconds in UTC, and in a scroller that keys reach."""
    html = client.get(f"/admin/hazards/hazard/{hazard_id}/change/").content.decode()
    trail = html[html.index('class="inline-scroll" tabindex="0" role="region"') :]
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", trail)
    assert not re.search(r"\d\.\d{4}", trail)


def test_every_page_of_the_admin_names_its_icon(client, boss, hazard_id):
    pages = ["/admin/", f"/admin/queue/{hazard_id}/", "/admin/reports/", "/admin/hazards/hazard/"]
    answers = [client.get(page) for page in pages]
    client.logout()
    for answer in [*answers, client.get("/admin/login/")]:
        assert 'rel="icon"' in answer.content.decode()


def test_invoices_say_in_money_what_they_are_about_and_what_is_owed(client, boss):
    organisation = selling()[2]
    draft = invoice_draft(customer_id=customer_of(organisation.pk).pk, month=LAST)
    address = f"/admin/billing/invoice/{draft.pk}/change/"

    def told():
        listing = client.get("/admin/billing/invoice/").content.decode()
        total = re.search(r'class="field-shown[^"]*">([^<]*)<', listing)[1]
        return total, re.search(r'class="field-owed">([^<]*)<', listing)[1]

    total, owed = told()
    assert re.fullmatch(r"[\d,]+\.\d\d EUR", total)
    assert owed == "–"
    invoice = invoice_finalise(invoice_id=draft.pk)
    assert told() == (total, total)
    assert total in client.get(address).content.decode()
    credit_note_issue(invoice_id=invoice.pk, total_micro=invoice.total_micro - 10_000, reason="x")
    assert told() == (total, "0.01 EUR")


def test_credits_and_the_ledger_say_in_money_what_they_are_about(client, boss):
    organisation_id = selling()[2].pk
    draft = invoice_draft(customer_id=customer_of(organisation_id).pk, month=LAST)
    invoice = invoice_finalise(invoice_id=draft.pk)
    credit_note_issue(invoice_id=invoice.pk, total_micro=1_230_000, reason="x")
    note = invoice.credit_notes.get()
    for address in ("", f"{note.pk}/change/"):
        html = client.get(f"/admin/billing/creditnote/{address}").content.decode()
        assert "1.23 EUR" in html
        assert "1230000" not in html
    credit = granted(organisation_id, 20)
    for address in ("", f"{credit.pk}/change/"):
        html = client.get(f"/admin/billing/credit/{address}").content.decode()
        assert "20.00 EUR" in html
        assert "20000000" not in html
    assert credit.reference in html
    held, billing = (
        Ledger(kind, None, Currency.EUR) for kind in (Account.Kind.HELD, Account.Kind.BILLING)
    )
    ledger_book(reference="x", entries={held: 4_560_000, billing: -4_560_000}, inputs={})
    booking = Booking.objects.get(reference="x")
    html = client.get(f"/admin/rewards/booking/{booking.pk}/change/").content.decode()
    assert "-4.56 EUR" in html
    assert "4560000" not in html


def test_forms_of_the_queue_take_no_nonsense(client, boss, hazard_id):
    frame = Frame.objects.all()[0]
    for given in (
        {},
        {"action": "x"},
        {"action": "relabel", "new_kind": "x"},
        {"action": "reject", "reason": "x" * 5000},
        {"action": "reject", "reason": "x", "shown_kind": "x", "shown_decision": "x"},
        {"action": "confirm", "shown_kind": "dog", "shown_decision": "x" * 5000},
    ):
        assert client.post(f"/admin/queue/{hazard_id}/decide/", given).status_code == 302, given
    for given in ({}, {"decision": "x"}, {"decision": "kept"}):
        assert client.post(f"/admin/reports/{frame.pk}/decide/", given).status_code < 500, given
    assert client.post(f"/admin/reports/{frame.pk}/undo/").status_code < 500
