"""As much of Stripe's API as we use, in the shape that it has, on a port of its own.

Remembers idempotency keys as Stripe does, and can lose an answer after the work is done.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Object = dict[str, Any]


@dataclass
class Books:
    """lose: the answer to that call from now on is lost after its work is done; 0 for none."""

    url: str = ""
    customers: dict[str, Object] = field(default_factory=dict)
    invoices: dict[str, Object] = field(default_factory=dict)
    items: list[Object] = field(default_factory=list)
    credit_notes: list[Object] = field(default_factory=list)
    replies: dict[str, Object] = field(default_factory=dict)
    lose: int = 0
    calls: list[str] = field(default_factory=list)
    forgets_keys: bool = False


def _customers(books: Books, told: Object) -> Object:
    made = {"id": f"cus_{len(books.customers) + 1}", "object": "customer", **told}
    return books.customers.setdefault(made["id"], made)


def _invoices(books: Books, told: Object) -> Object:
    assert told["customer"] in books.customers
    made = {
        "id": f"in_{len(books.invoices) + 1}",
        "object": "invoice",
        "status": "draft",
        "amount_due": 0,
        "amount_paid": 0,
        **told,
    }
    return books.invoices.setdefault(made["id"], made)


def _items(books: Books, told: Object) -> Object:
    invoice = books.invoices[told["invoice"]]
    assert invoice["status"] == "draft"
    assert invoice["currency"] == told["currency"]
    invoice["amount_due"] += int(told["amount"])
    made = {"id": f"ii_{len(books.items) + 1}", "object": "invoiceitem", **told}
    books.items.append(made)
    return made


def _credit_notes(books: Books, told: Object) -> Object:
    """Of an open invoice: it asks for less, and is paid where nothing is left."""
    invoice, amount = books.invoices[told["invoice"]], int(told["amount"])
    assert invoice["status"] == "open"
    assert 0 < amount <= invoice["amount_due"]
    invoice["amount_due"] -= amount
    _paid_if_nothing_is_due(invoice)
    made = {"id": f"cn_{len(books.credit_notes) + 1}", "object": "credit_note", **told}
    books.credit_notes.append(made)
    return made


def _paid_if_nothing_is_due(invoice: Object) -> None:
    if not invoice["amount_due"]:
        invoice["status"] = "paid"


def _finalize(invoice: Object) -> None:
    assert invoice["status"] == "draft"
    invoice["status"] = "open"
    _paid_if_nothing_is_due(invoice)


def _void(invoice: Object) -> None:
    assert invoice["status"] == "open"
    invoice["status"] = "void"


def _pay(invoice: Object) -> None:
    assert invoice["status"] == "open"
    invoice.update(status="paid", amount_paid=invoice["amount_due"])


MAKE = {
    "customers": _customers,
    "invoices": _invoices,
    "invoiceitems": _items,
    "credit_notes": _credit_notes,
}
MOVE = {"finalize": _finalize, "void": _void, "pay": _pay}


def _changed(books: Books, parts: list[str], told: Object) -> Object:
    """customers/cus_1 with what is new, or invoices/in_1/pay."""
    if parts[0] == "customers":
        books.customers[parts[1]].update(told)
        return books.customers[parts[1]]
    invoice = books.invoices[parts[1]]
    MOVE[parts[2]](invoice)
    return invoice


def _flat(text: str) -> Object:
    """metadata[hazardmap]=1 → {"metadata": {"hazardmap": "1"}}"""
    told: Object = {}
    for name, (value,) in parse_qs(text, keep_blank_values=True).items():
        outer, _, inner = name.partition("[")
        if inner:
            told.setdefault(outer, {})[inner.rstrip("]")] = value
        else:
            told[name] = value
    return told


@contextmanager
def stripe_stub() -> Iterator[Books]:
    books, lock = Books(), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            place = urlsplit(self.path)
            books.calls.append(f"GET {place.path}")
            name = place.path.removeprefix("/v1/")
            if name == "invoices":
                of = parse_qs(place.query).get("customer")
                data = [one for one in books.invoices.values() if not of or one["customer"] in of]
                some = {"object": "list", "url": "/v1/invoices", "has_more": False}
                self.reply(200, some | {"data": data})
            else:
                self.reply(200, books.invoices[name.removeprefix("invoices/")])

        def do_POST(self) -> None:
            told = _flat(self.rfile.read(int(self.headers["Content-Length"] or 0)).decode())
            if self.headers["Authorization"] != "Bearer sk_test_1":
                error = {"type": "invalid_request_error", "message": "Invalid API Key"}
                return self.reply(401, {"error": error})
            key = "" if books.forgets_keys else self.headers["Idempotency-Key"]
            books.calls.append(f"POST {self.path}")
            with lock:
                done = (key and books.replies.get(key)) or self.work(told)
                books.replies[key] = done
                lost = books.lose == 1
                books.lose = max(0, books.lose - 1)
            if lost:
                error = {"type": "api_error", "message": "lost on the way"}
                return self.reply(500, {"error": error})
            return self.reply(200, done)

        def work(self, told: Object) -> Object:
            parts = self.path.removeprefix("/v1/").split("/")
            if len(parts) == 1:
                return MAKE[parts[0]](books, told)
            return _changed(books, parts, told)

        def reply(self, status: int, body: Object) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        books.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield books
        finally:
            server.shutdown()
            thread.join()
