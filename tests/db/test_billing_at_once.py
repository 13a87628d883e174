"""Invoices finalised, voided and late at once: no number is missing, no unit is billed twice."""

import pytest
from django.db import transaction

from hazardmap.billing import models
from hazardmap.billing.refused import BillingRefused
from hazardmap.billing.services import invoice_finalise, invoice_void
from hazardmap.metering.services import usage_roll, usage_ship
from tests.at_once import at_once
from tests.billing_scene import BEFORE, LAST, billed, drafted, sell, serve

pytestmark = pytest.mark.django_db(transaction=True)


def test_finalising_at_once_gives_one_invoice_one_number_and_no_gap():
    sold = [sell() for _ in range(3)]
    for _, key in sold:
        serve(key, BEFORE, units=3000)

    def bill(organisation_id, breaks=False):
        def job():
            try:
                with transaction.atomic():
                    invoice = billed(organisation_id, BEFORE)
                    if breaks:
                        raise RuntimeError("the connection is lost")
                    return invoice.number
            except (BillingRefused, RuntimeError) as error:
                return str(error)

        return job

    first = sold[0][0]
    jobs = [bill(organisation_id) for organisation_id, _ in sold]
    results = at_once(*jobs, bill(first), bill(first, breaks=True), usage_roll, usage_ship)
    assert results[4] == "the connection is lost"
    assert results[0] == results[3]
    numbers = models.Invoice.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3]
    assert models.Seller.objects.get().next_invoice == 4


def test_void_late_usage_and_finalising_at_once_bill_every_unit_once():
    organisation_id, key = sell()
    serve(key, BEFORE, units=3000)
    draft = drafted(organisation_id, BEFORE)

    def refusable(service, **arguments):
        def job():
            try:
                service(**arguments)
            except BillingRefused as refused:
                return str(refused)
            return "done"

        return job

    at_once(
        refusable(invoice_finalise, invoice_id=draft.id),
        refusable(invoice_finalise, invoice_id=draft.id),
        refusable(invoice_void, invoice_id=draft.id),
        lambda: serve(key, BEFORE, units=70),
    )
    for month in (BEFORE, LAST):
        billed(organisation_id, month)
    live = models.InvoiceLine.objects.filter(invoice__state="finalised", kind="usage")
    assert sum(line.quantity for line in live) == 3070
    numbers = models.Invoice.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, len(numbers) + 1))
