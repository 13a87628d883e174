"""What a buyer goes through: sign up, a key, a first call, usage that one sees, a cap that refuses,
a higher cap, an address for invoices, and the invoice as a file."""

import json
import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import httpx
from playwright.sync_api import expect

from hazardmap.billing.management.commands.billing_setup import EXAMPLE
from hazardmap.platform.partitions import month_after
from tests.browser.axe import violations
from tests.browser.conftest import PHONE
from tests.browser.signing_up import shows_usage, signed_up
from tests.stack import wait_for

FEE, CALL, CAP = "10.00", "0.10", "10.20"
SOON_S = 60
# Amounts as large as the first minutes of a month once foretold.
RICH = "document.querySelectorAll('.big').forEach(one => one.textContent = '1,234,567,890.12 EUR')"


def sold_to(stack, organisation_id, folder):
    """As the operator does it: a plan from the beginning of last month on."""
    terms = json.loads(EXAMPLE)
    terms["seller"]["prefix"] = "BUY"
    prices = {
        "currency": "EUR",
        "fee": FEE,
        "charges": [{"meter": "hazard", "model": "per_unit", "unit_price": CALL}],
    }
    terms["plans"] = [{"code": "calls", "name": "Calls", "prices": prices}]
    buyer = {
        "seller": "BUY",
        "currency": "EUR",
        "name": "Cara",
        "address": "Somewhere",
        "country": "FI",
        "tax_number": "",
    }
    for name, document in (("terms", terms), ("buyer", buyer)):
        (folder / f"{name}.json").write_text(json.dumps(document))
    stack.manage("billing_setup", str(folder / "terms.json"))
    start = f"{last_month()}-01T00"
    who = ["--buyer", str(folder / "buyer.json"), "--start", start]
    stack.manage("subscribe", organisation_id, "calls", *who)


def last_month():
    return f"{month_after(datetime.now(UTC), -1):%Y-%m}"


def set_cap(page, base, amount):
    page.goto(f"{base}costs/")
    page.get_by_label("The most that a month may cost").fill(amount)
    page.locator("#cap ~ form").get_by_role("button", name="Save").click()
    page.get_by_text("in force within ten seconds").wait_for()


def test_from_signing_up_to_the_invoice(new_page, stack, place_hazard, tmp_path):
    place_hazard("cow", 23.9330, 61.5078)
    page = new_page()
    signed_up(page, stack, "cara@vans.example")
    page.get_by_label("Name of the organisation").fill("Cara's vans")
    page.get_by_role("button", name="Found it").click()
    page.get_by_role("link", name="Make a key").click()
    base = page.url.partition("keys/")[0]
    sold_to(stack, base.rstrip("/").rpartition("/")[2], tmp_path)
    page.get_by_label("Name", exact=True).fill("van")
    page.get_by_role("button", name="Make the key").click()
    snippet = page.locator("#call").inner_text()
    ((token, address),) = re.findall(r'Bearer (\S+)".*?"(http[^"]+)"', snippet, re.DOTALL)

    def call():
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.get(f"{address}&limit=1", headers=headers, timeout=30)
        assert answer.status_code in {200, 402}, answer.text
        return answer

    first = call().json()
    assert (first["cost"]["amount"], first["cost"]["currency"]) == (CALL, "EUR")
    wait_for("usage", lambda: shows_usage(page, base), timeout_s=150, every_s=1)

    set_cap(page, base, CAP)
    refused = wait_for("402", lambda: refusal(call()), timeout_s=SOON_S)
    assert refused["title"] == "Spending cap is reached"
    assert (refused["cap"], refused["currency"]) == (CAP, "EUR")
    assert refused["reset"] > f"{datetime.now(UTC):%Y-%m-%d}"
    page.goto(base)
    expect(page.get_by_role("alert")).to_contain_text("The spending cap is reached")
    told = {"costs/": "100 %", "usage/": "402"}
    for path, words in told.items():
        shown = partial(shows, page, f"{base}{path}", words)
        wait_for(words, shown, timeout_s=SOON_S, every_s=1)
    assert violations(page) == []

    set_cap(page, base, "99")
    wait_for("an answer", lambda: call().status_code == 200, timeout_s=SOON_S)
    page.goto(base)
    expect(page.get_by_role("alert")).to_have_count(0)

    named(page, base)
    stack.manage("bill_month", last_month(), "--finalise")
    page.goto(f"{base}invoices/")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^BUY-.*PDF$")).click()
    assert re.fullmatch(r"BUY-\d{6}\.pdf", download.value.suggested_filename)
    assert Path(download.value.path()).read_bytes()[:5] == b"%PDF-"
    page.get_by_role("link", name=re.compile(r"^BUY-\d+$")).click()
    expect(page.get_by_role("main")).to_contain_text("Tax number FI20774740")
    assert violations(page) == []
    on_a_phone(new_page, page, base)


def refusal(answer):
    return answer.json() if answer.status_code == 402 else None


def shows(page, address, words):
    page.goto(address)
    return page.get_by_role("row").filter(has_text=words).count()


def named(page, base):
    """The address for invoices, with a number that is wrong at first."""
    page.goto(f"{base}invoices/")
    page.get_by_role("link", name="Billing address").click()
    page.get_by_label("Name", exact=True).fill("Caran autot Oy")
    page.get_by_role("textbox", name="Address").fill("Katu 2\n00100 Helsinki")
    page.get_by_label("VAT or tax number").fill("12345670")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("no VAT number of FI")
    page.get_by_label("VAT or tax number").fill("2077474-0")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("not finalised yet").wait_for()
    assert violations(page) == []


def on_a_phone(new_page, page, base):
    phone = new_page(
        viewport=PHONE, color_scheme="dark", storage_state=page.context.storage_state()
    )
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    invoice = page.url.removeprefix(base)
    for path in ("costs/", "usage/", "invoices/", "invoices/address/", invoice):
        phone.goto(f"{base}{path}")
        assert violations(phone) == [], path
        phone.evaluate(RICH)
        assert phone.evaluate(overflow) <= 0, path
