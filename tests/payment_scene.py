"""An invoice that Stripe is asked to collect, and what Stripe tells of it."""

import hashlib
import hmac
import json
import time
from typing import Any

from django.test import Client
from django.utils import timezone

from hazardmap.billing.models import Invoice
from hazardmap.billing.payment_models import Payment
from hazardmap.billing.services import invoice_draft, invoice_finalise, payments_push
from tests.billing_scene import BEFORE, customer_of, sell, serve
from tests.stripe_stub import Object

SECRET = "whsec_test"


def billed() -> Invoice:
    organisation_id, key = sell()
    serve(key, BEFORE, units=60_000)
    draft = invoice_draft(customer_id=customer_of(organisation_id).pk, month=BEFORE)
    assert draft is not None
    return invoice_finalise(invoice_id=draft.id)


def push() -> int:
    """As the schedule does, after any pause."""
    Payment.objects.update(next_at=timezone.now())
    return payments_push()


def sent(client: Client, event: Object, *, secret: str = SECRET) -> int:
    body, at = json.dumps(event), int(time.time())
    signature = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return client.post(
        "/payments/stripe/",
        body,
        content_type="application/json",
        headers={"Stripe-Signature": f"t={at},v1={signature}"},
    ).status_code


def paid(invoice: Object, **over: Any) -> Object:
    said = {"object": "invoice", "status": "paid", "amount_paid": invoice["amount_due"]}
    data = {"object": invoice | said | over}
    return {"id": "evt_1", "object": "event", "type": "invoice.paid", "data": data}


def due_cents(invoice: Invoice) -> int:
    return invoice.total_micro // 10_000
