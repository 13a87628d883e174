"""What one does to one's account on a phone: the answer is in sight, and every button is whole."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import enlarge

SMALL_PHONE = {"width": 360, "height": 740}
# Lines that the words of a button take, and the words that were broken to get there.
BROKEN_WORDS = """buttons => buttons.filter((button) => {
    const words = document.createRange();
    words.selectNodeContents(button);
    const lines = new Set([...words.getClientRects()].map(({ top }) => Math.round(top)));
    return lines.size > button.textContent.trim().split(/\\s+/).length;
}).map((button) => button.textContent)"""


@pytest.fixture
def account(new_page, stack):
    """Opens pages of the first demo contributor's account."""

    def opened(address, *, locale="en-GB", large=False):
        page = new_page(viewport=SMALL_PHONE, locale=locale)
        if large:
            enlarge(page)
        login = stack.accounts["logins"][0]
        page.goto(f"/login/?next={address}")
        page.locator("[name=username]").fill(login["email"])
        page.locator("[name=password]").fill(login["password"])
        page.locator("main form button").click()
        page.wait_for_url(f"**{address}")
        return page

    return opened


def test_a_refused_bank_account_is_told_in_sight_and_nothing_is_typed_twice(account, stack):
    page = account("/account/earnings/")
    page.get_by_label("Name of the account").fill("Aino Aalto")
    page.get_by_label("IBAN").fill("FI21 1234 5600 0007 86")
    page.get_by_label("Your password").fill("wrong")
    page.get_by_role("button", name="Pay it there").click()
    told = page.get_by_role("alert")
    expect(told).to_contain_text("The password is wrong")
    expect(told).to_be_in_viewport()
    expect(page.get_by_label("Name of the account")).to_have_value("Aino Aalto")
    expect(page.get_by_label("IBAN")).to_have_value("FI21 1234 5600 0007 86")
    expect(page.get_by_label("Your password")).to_have_value("")
    page.get_by_label("IBAN").fill("FI21 1234 5600 0007 85")
    page.get_by_label("Your password").fill(stack.accounts["logins"][0]["password"])
    page.get_by_role("button", name="Pay it there").click()
    expect(page.get_by_role("status")).to_be_in_viewport()
    expect(page.get_by_text("FI21 … 0785")).to_have_count(1)


@pytest.mark.parametrize("button", ["Delete my account", "Save"])
def test_what_became_of_it_is_told_in_sight(account, button):
    page = account("/account/data/")
    page.get_by_label("Your password").fill("wrong")
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("main > .notice")).to_be_in_viewport()
    expect(page.get_by_role("alert")).to_have_count(1 if button.startswith("Delete") else 0)


def test_a_deleted_picture_is_told_in_sight_where_one_was(account, stack, tmp_path):
    picture = tmp_path / "street.png"
    Image.new("RGB", (640, 480)).save(picture)
    at = {"lon": 23.5, "lat": 61.3, "captured_at": datetime.now(UTC).isoformat()}
    stack.upload(picture, metadata=at)
    page = account("/account/")
    page.goto(f"/account/?before={UUID(int=2**128 - 1)}#frames")
    page.get_by_text("Delete this picture").first.click()
    page.locator("#frames ~ .frames details[open] button").click()
    expect(page.get_by_role("status")).to_have_text("The picture is deleted.")
    expect(page.get_by_role("status")).to_be_in_viewport()
    assert f"before={UUID(int=2**128 - 1)}" in page.url


def test_ended_sessions_are_told_in_sight(account):
    account("/account/")  # another session
    page = account("/account/security/")
    page.get_by_role("button", name="End all others").click()
    expect(page.get_by_role("status")).to_contain_text("Sessions ended")
    expect(page.get_by_role("status")).to_be_in_viewport()


@pytest.mark.parametrize("address", ["/account/", "/account/security/"])
def test_no_button_is_broken_up_by_large_letters(account, address):
    account("/account/")  # another session, which can be ended
    page = account(address, locale="de-DE", large=True)
    page.locator(".devices details").evaluate_all("all => all.forEach((one) => (one.open = true))")
    expect(page.locator(".devices .button").first).to_be_visible()
    assert page.locator(".devices .button").evaluate_all(BROKEN_WORDS) == []
