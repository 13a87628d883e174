"""Stripe by its own library: a customer for each buyer, an invoice for what each owes.

Our invoice stays the document; Stripe's asks for the amount due and takes the payment. Each step
carries an idempotency key; since Stripe forgets those after a day, a step that was begun before is
looked for first.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from typing import Any, Final

import stripe

from hazardmap.billing.payments.provider import Asked, Bill, Fate, Known, Payer, ProviderFailed

TIMEOUT_S: Final = 20
OURS: Final = "hazardmap"
_FATES: Final = {
    "draft": Fate.DRAFT,
    "open": Fate.OPEN,
    "uncollectible": Fate.OPEN,
    "paid": Fate.PAID,
    "void": Fate.VOID,
}


class Stripe:
    name = "stripe"

    def __init__(self, key: str, url: str) -> None:
        self._client = stripe.StripeClient(
            key,
            base_addresses={"api": url},
            http_client=stripe.RequestsClient(timeout=TIMEOUT_S),
            max_network_retries=0,  # rows say what is to be tried again
        ).v1

    def payer_put(self, payer: Payer, ref: str) -> str:
        told: Any = {"name": payer.name, "metadata": {OURS: str(payer.id)}}
        if payer.email or ref:  # an empty one takes away what was there
            told["email"] = payer.email
        with _failing():
            if ref:
                return str(self._client.customers.update(ref, told).id)
            return str(self._client.customers.create(told, _once("payer", payer.id)).id)

    def bill_put(self, bill: Bill, payer_ref: str, ref: str) -> str:
        with _failing():
            ref = ref or self._found(bill, payer_ref) or self._created(bill, payer_ref)
            invoice = self._client.invoices.retrieve(ref)
            if invoice.status == "draft":
                self._fill(bill, payer_ref, invoice)
                self._client.invoices.finalize_invoice(ref, None, _once("finalise", bill.id))
            elif invoice.status == "open" and invoice.amount_due > bill.due_minor:
                self._credit(bill, invoice)
            return ref

    def bill_void(self, ref: str) -> None:
        with _failing():
            if self._client.invoices.retrieve(ref).status != "void":
                self._client.invoices.void_invoice(ref, None, _once("void", ref))

    def bill_settle(self, ref: str) -> None:
        with _failing():
            if self._client.invoices.retrieve(ref).status != "paid":
                self._client.invoices.pay(ref, {"paid_out_of_band": True}, _once("settle", ref))

    def bill_look(self, ref: str) -> Known | None:
        with _failing():
            invoice = self._client.invoices.retrieve(ref)
        return Known(_FATES[str(invoice.status)], invoice.currency.upper(), invoice.amount_due)

    def bills_since(self, at: datetime) -> Iterator[Asked]:
        told: Any = {"created": {"gte": int(at.timestamp())}, "limit": 100}
        with _failing():
            for invoice in self._client.invoices.list(told).auto_paging_iter():
                if ours := _ours(invoice):
                    number, fate = str(invoice.description), _FATES[str(invoice.status)]
                    yield Asked(ours, number, str(invoice.id), fate)

    def _found(self, bill: Bill, payer_ref: str) -> str | None:
        """An invoice that we made before and do not know of."""
        for invoice in self._client.invoices.list({"customer": payer_ref}).auto_paging_iter():
            if _ours(invoice) == str(bill.id):
                return str(invoice.id)
        return None

    def _created(self, bill: Bill, payer_ref: str) -> str:
        due = datetime.combine(bill.due_on, time(), UTC)
        told: Any = {
            "customer": payer_ref,
            "currency": bill.currency.lower(),
            "collection_method": "send_invoice",
            "due_date": int(due.timestamp()),
            "auto_advance": False,
            "pending_invoice_items_behavior": "exclude",
            "description": bill.number,
            "metadata": {OURS: str(bill.id)},
        }
        return str(self._client.invoices.create(told, _once("bill", bill.id)).id)

    def _fill(self, bill: Bill, payer_ref: str, invoice: Any) -> None:
        if invoice.amount_due == bill.due_minor:
            return
        told: Any = {
            "customer": payer_ref,
            "invoice": invoice.id,
            "currency": bill.currency.lower(),
            "amount": bill.due_minor - invoice.amount_due,
            "description": f"Invoice {bill.number}",
        }
        self._client.invoice_items.create(told, _once("item", f"{bill.id}-{bill.due_minor}"))

    def _credit(self, bill: Bill, invoice: Any) -> None:
        """Stripe takes it off what is due; an invoice of which nothing is left is paid."""
        told: Any = {
            "invoice": invoice.id,
            "amount": invoice.amount_due - bill.due_minor,
            "memo": f"Invoice {bill.number}",
            "email_type": "none",  # our credit note is the document
        }
        self._client.credit_notes.create(told, _once("credit", f"{bill.id}-{bill.due_minor}"))


def event_verified(body: bytes, signature: str, secret: str) -> dict[str, Any]:
    """A webhook's event. Raises ValueError unless it was signed with the secret just now."""
    try:
        event = stripe.Webhook.construct_event(body, signature, secret)
    except stripe.SignatureVerificationError as error:
        raise ValueError("the signature does not fit") from error
    found: dict[str, Any] = event.to_dict()
    return found


def _ours(invoice: Any) -> str:
    """The id of our invoice that it is for; "" where it is not of this site."""
    return str(invoice.metadata.to_dict().get(OURS, "")) if invoice.metadata else ""


def _once(what: str, which: object) -> Any:
    return {"idempotency_key": f"{OURS}-{what}-{which}"}


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except stripe.StripeError as error:
        raise ProviderFailed(f"{type(error).__name__}: {error.user_message or error}") from error
