"""Whose phone it is: paired, revoked, paired again, and what becomes of the frames on it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import PHONE
from tests.browser.driving import drive, set_off

MOST_FAILURES = 3  # as the page's uploader has it


def revoke(stack):
    script = (
        "from hazardmap.accounts.models import Device; from django.utils import timezone; "
        "Device.objects.filter(name='Test phone').update(revoked_at=timezone.now())"
    )
    stack.run(script)


@pytest.fixture
def revoked(phone, stack):
    """A phone that has been revoked, and that has taken one more frame before it knew."""
    revoke(stack)
    set_off(phone)
    expect(phone.get_by_role("heading", name="Pair this phone")).to_be_visible()
    return phone


def test_a_revoked_phone_stops_recording_and_asks_to_be_paired_again(revoked):
    expect(revoked.locator("#pair-error")).to_contain_text("not paired any more")
    assert not revoked.evaluate("document.querySelector('#preview').srcObject")
    drive(revoked, [1, 2])
    expect(revoked.locator("#left")).to_contain_text("1 frame of an earlier pairing waits")
    revoked.reload()
    expect(revoked.locator("#left")).to_contain_text("1 frame of an earlier pairing waits")
    revoked.get_by_role("button", name="Delete them").click()
    expect(revoked.locator("#left")).to_be_hidden()
    assert revoked.locator("#queued").text_content() == "0"


@pytest.mark.parametrize(("answer", "sent"), [("They are mine: send them", 1), ("Delete them", 0)])
def test_frames_of_an_earlier_pairing_are_sent_only_after_asking(revoked, new_code, answer, sent):
    taken: list[int] = []
    revoked.on(
        "response",
        lambda answer: (
            taken.append(answer.status)
            if answer.url.endswith("/api/v1/frames") and answer.ok
            else None
        ),
    )
    pair_again = revoked.get_by_role("button", name="Pair", exact=True)
    revoked.get_by_label("Pairing code").fill(new_code())
    revoked.get_by_label("Name of this phone").fill("Test phone")
    pair_again.click()
    asked = revoked.get_by_role("dialog", name="Are these frames yours?")
    expect(asked).to_contain_text("1 frame of an earlier pairing waits")
    revoked.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    expect(pair_again).to_be_visible()
    pair_again.click()
    asked.get_by_role("button", name=answer).click()
    expect(revoked.locator("#cockpit")).to_be_visible()
    expect(revoked.locator("#queued")).to_have_text("0")
    expect(revoked.locator("#sent")).to_have_text(str(sent))
    assert len(taken) == sent


def test_the_link_of_the_account_page_brings_the_code_along(new_page, stack, new_code):
    page = new_page(viewport=PHONE)
    code = new_code()
    page.goto(f"/drive/#code={code}")
    expect(page.get_by_label("Pairing code")).to_have_value(code)
    assert page.url == f"{stack.url}/drive/"
    page.get_by_role("button", name="Pair", exact=True).click()
    expect(page.locator("#cockpit")).to_be_visible()


def test_frames_that_wait_are_deleted_only_after_asking(phone):
    phone.route("**/api/v1/frames", lambda route: route.fulfill(status=503))
    set_off(phone)
    expect(phone.locator("#queued")).to_have_text("1")
    phone.get_by_text("This phone", exact=True).click()
    unpair = phone.get_by_role("button", name="Unpair this phone")
    unpair.click()
    asked = phone.get_by_role("dialog", name="Unpair this phone")
    expect(asked).to_contain_text("1 frame still waits on this phone")
    phone.keyboard.press("Escape")
    expect(phone.locator("#queued")).to_have_text("1")
    expect(phone.get_by_role("button", name="Stop")).to_be_visible()
    unpair.click()
    asked.get_by_role("button", name="Unpair and delete the frames").click()
    expect(phone.get_by_role("heading", name="Pair this phone")).to_be_visible()
    expect(phone.locator("#queued")).to_have_text("0")


def test_a_frame_that_was_on_its_way_when_it_was_deleted_does_not_come_back(phone):
    held: list[Route] = []

    def fail(route: Route) -> None:
        held.append(route)
        if len(held) < MOST_FAILURES:
            route.fulfill(status=503)

    phone.route("**/api/v1/frames", fail)
    set_off(phone)
    expect(phone.locator("#queued")).to_have_text("1")
    wait_until(phone, lambda: len(held) == MOST_FAILURES)
    unpair(phone)
    held[-1].fulfill(status=503)  # once more, and others would go first
    phone.wait_for_timeout(1000)
    phone.reload()
    phone.wait_for_timeout(500)  # the page looks what waits, and would say so
    expect(phone.locator("#left")).to_be_hidden()
    assert len(held) == MOST_FAILURES, "it was sent once more"


def test_what_is_to_be_deleted_is_not_sent_first(phone):
    sent: list[Route] = []

    def busy(route: Route) -> None:
        sent.append(route)
        route.fulfill(status=503, headers={"Retry-After": "600"})

    phone.route("**/api/v1/frames", busy)
    set_off(phone)
    expect(phone.locator("#queued")).to_have_text("1")
    wait_until(phone, lambda: len(sent) == 1)
    unpair(phone)
    assert len(sent) == 1


def unpair(phone: Page) -> None:
    phone.get_by_text("This phone", exact=True).click()
    phone.get_by_role("button", name="Unpair this phone").click()
    phone.get_by_role("button", name="Unpair and delete the frames").click()
    expect(phone.get_by_role("heading", name="Pair this phone")).to_be_visible()
    expect(phone.locator("#queued")).to_have_text("0")


def wait_until(page: Page, done: Callable[[], bool]) -> None:
    """Requests are answered only while Playwright waits, so not as `tests.stack.wait_for` does."""
    for _ in range(100):
        if done():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not come to that in ten seconds")


def test_a_wrong_code_says_so(new_page):
    page = new_page(viewport=PHONE)
    page.goto("/drive/")
    page.get_by_label("Pairing code").fill("WRONGONE")
    page.get_by_role("button", name="Pair", exact=True).click()
    expect(page.locator("#pair-error")).to_contain_text("unknown, used or older than 5 minutes")
