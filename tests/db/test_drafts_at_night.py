"""Last month's invoices are drafted by the schedule, and wait for the operator's word."""

from datetime import timedelta

import pytest
from django.utils import timezone

from hazardmap.billing.models import Invoice, TaxRule
from hazardmap.billing.selectors import customers_to_draft
from hazardmap.billing.services import invoice_finalise
from hazardmap.billing.tasks import draft_invoices
from hazardmap.core.full_times import hour_of
from hazardmap.core.operation.condition import Health
from hazardmap.operation.status import status
from tests.billing_scene import BEFORE, LAST, customer_of, sell, serve

pytestmark = pytest.mark.django_db
OK, LATE, STUCK = Health.OK, Health.LATE, Health.STUCK


def waiting():
    return next(line for line in status() if line.name == "invoices")


def test_drafts_that_nobody_finalises():
    organisation_id, kid = sell()
    serve(kid, LAST, units=60_000)
    assert waiting().said == "nothing waits"
    draft_invoices()
    draft = Invoice.objects.get(start=LAST.start)
    assert draft.state == "draft"
    assert waiting().said.startswith("drafts, the oldest for")
    for days, verdict in ((6, OK), (8, LATE), (29, STUCK)):
        Invoice.objects.update(end=hour_of(timezone.now() - timedelta(days=days)))
        assert waiting().verdict is verdict
    Invoice.objects.update(end=LAST.end)
    invoice_finalise(invoice_id=draft.id)
    draft_invoices()
    assert waiting().said == "nothing waits"
    assert Invoice.objects.get(start=LAST.start).state == "finalised"
    assert customer_of(organisation_id).pk not in customers_to_draft(LAST)


def test_who_cannot_be_invoiced_keeps_no_other_from_it(caplog):
    first, _ = sell()
    TaxRule.objects.all().delete()
    draft_invoices()
    assert "is not invoiced" in caplog.text
    assert customers_to_draft(LAST) == [customer_of(first).pk]


def test_who_had_no_plan_in_the_month_gets_no_draft_of_it():
    organisation_id, _ = sell()
    had = customer_of(organisation_id).subscriptions
    had.update(end=LAST.start)
    assert (customers_to_draft(LAST), len(customers_to_draft(BEFORE))) == ([], 1)
    had.update(end=LAST.start + timedelta(hours=1))
    assert len(customers_to_draft(LAST)) == 1
