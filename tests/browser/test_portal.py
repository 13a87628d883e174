"""As a new buyer does it: from no account to usage that one sees, with a second factor at the end;
and every page of the portal on a phone, looked at by axe.
"""

import re
from base64 import b32decode
from itertools import pairwise

import httpx
import pytest
from django_otp.oath import totp
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import PHONE, enlarge, too_wide_px
from tests.browser.signing_up import PASSWORD, link_for, shows_usage, signed_up
from tests.stack import wait_for

PAGES = (
    "",
    "keys/",
    "usage/",
    "usage/?by=hour",
    "costs/",
    "invoices/",
    "team/",
    "docs/",
    "webhooks/",
)
ACCOUNT = ("/account/", "/account/security/", "/account/data/", "/portal/?all")


def test_from_no_account_to_usage_and_a_second_factor(new_page, stack, place_hazard):
    place_hazard("cow", 23.9310, 61.5078)
    page = new_page()
    signed_up(page, stack, "nora@fleet.example")
    page.get_by_label("Name of the organisation").fill("Donaudampfschifffahrtsgesellschaft")
    page.get_by_role("button", name="Found it").click()
    page.get_by_role("link", name="Make a key").click()
    base = page.url.partition("keys/")[0]
    page.get_by_label("Name", exact=True).fill("van")
    page.get_by_role("button", name="Make the key").click()
    call = page.locator("#call").inner_text()
    assert violations(page) == []
    ((token, address),) = re.findall(r'Bearer (\S+)".*?"(http[^"]+)"', call, re.DOTALL)
    answer = httpx.get(address, headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["features"], "the first answer is not empty"
    wait_for("usage", lambda: shows_usage(page, base), timeout_s=150, every_s=1)
    page.goto(f"{base}usage/?by=hour")
    page.locator("#chart canvas").wait_for()

    phone = new_page(
        viewport=PHONE, color_scheme="dark", storage_state=page.context.storage_state()
    )
    for path in (*(base + one for one in PAGES), *ACCOUNT):
        phone.goto(path)
        assert violations(phone) == [], path
        assert too_wide_px(phone) == 0, path
    phone.goto(f"{base}keys/")
    phone.get_by_role("link", name="van").click()
    assert violations(phone) == []
    with_a_webhook(phone, f"{base}webhooks/")
    with_large_letters(new_page(viewport=PHONE, storage_state=page.context.storage_state()), base)
    with_long_months(new_page(viewport=PHONE, storage_state=page.context.storage_state()), base)

    codes = with_second_factor(page)
    with_new_address(page, stack, codes[1])


def with_large_letters(page, base):
    enlarge(page)
    page.goto(f"{base}?lang=de")
    for path in (*(base + one for one in PAGES), *ACCOUNT):
        page.goto(path)
        assert page.locator("html").get_attribute("lang") == "de"
        assert too_wide_px(page) == 0, path
    page.goto(f"{base}keys/")
    page.get_by_role("link", name="van").click()
    page.wait_for_url("**/keys/*/")
    assert too_wide_px(page) == 0


def with_long_months(page, base):
    """No date below the chart meets the next."""
    page.add_init_script(
        "window.written = []; const fill = CanvasRenderingContext2D.prototype.fillText;"
        "CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {"
        "  written.push([text, x, y, this.measureText(text).width]);"
        "  return fill.call(this, text, x, y, ...rest); };"
    )
    page.goto(f"{base}usage/?lang=fi")
    page.locator("#chart canvas").wait_for()
    page.wait_for_function("written.length")
    written = page.evaluate("written")
    dates = sorted({(x, y, w) for text, x, y, w in written if re.match(r"\d+ \D+$", text)})
    assert len(dates) > 1
    for (x, y, width), (after, level, after_width) in pairwise(dates):
        assert y == level
        assert x + width / 2 < after - after_width / 2


def with_a_webhook(page, webhooks):
    """From its secret to the page of a message, which nobody at that address receives."""
    page.goto(webhooks)
    page.get_by_label("Address").fill("https://fleet.example/hook")
    page.get_by_role("button", name="Add it and show the secret").click()
    page.locator("#secret").wait_for()
    assert violations(page) == []
    page.get_by_role("link", name="I have stored it").click()
    page.get_by_label("Name", exact=True).fill("home")
    page.get_by_label("Area").fill("24.5,59.7,25.5,60.7")
    page.get_by_role("button", name="Watch it").click()
    page.get_by_text("Watched from now on").wait_for()
    page.get_by_role("button", name="Send a test message").click()
    page.get_by_text("A test message is on its way").wait_for()
    assert violations(page) == []
    page.get_by_role("rowheader").get_by_role("link").click()
    page.locator("#payload").wait_for()
    made = page.locator("dl time").first
    expect(made).to_have_attribute("title", re.compile(r" UTC$"))  # the script has rewritten it
    expect(made).to_have_text(re.compile(r":\d\d:\d\d"))
    assert violations(page) == []


def with_second_factor(page):
    page.goto("/account/second-factor/")
    assert violations(page) == []
    secret = page.locator("#secret").inner_text()
    page.get_by_label("Code").fill(f"{totp(_bytes(secret)):06d}")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Turn it on").click()
    codes = page.locator(".recovery code").all_inner_texts()
    assert violations(page) == []
    page.goto("/account/")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/login/?next=/account/security/")
    page.get_by_label("E-mail address").fill("nora@fleet.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/login/code/**")
    assert violations(page) == []
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/account/security/")
    assert "9 recovery codes are left" in page.content()
    return codes


def with_new_address(page, stack, code):
    page.get_by_role("link", name="Change the address").click()
    page.get_by_label("New e-mail address").fill("nora@elsewhere.example")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_label("Code of your app").fill(code)
    assert violations(page) == []
    page.get_by_role("button", name="Send the link").click()
    page.get_by_role("heading", name="Look into your mail").wait_for()
    page.goto(link_for(stack, "nora@elsewhere.example"))
    assert violations(page) == []
    page.get_by_role("button", name="Change the address").click()
    page.get_by_text("Your account has its new address").wait_for()
    page.get_by_text("nora@elsewhere.example", exact=True).wait_for()


def _bytes(secret):
    return b32decode(secret + "=" * (-len(secret) % 8))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_before_the_account(new_page, scheme):
    page = new_page(viewport=PHONE, color_scheme=scheme)
    for address in ("/login/", "/signup/", "/login/reset/", "/terms/", "/terms/uploads/"):
        page.goto(address)
        assert violations(page) == [], address
