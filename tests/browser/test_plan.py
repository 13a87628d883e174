"""A buyer orders a plan by hand: prices, order, the key that answers, and the end of the plan."""

import json
import re

import httpx
import pytest
from playwright.sync_api import expect

from hazardmap.billing.management.commands.billing_setup import EXAMPLE
from tests.browser.axe import violations
from tests.browser.conftest import PHONE
from tests.browser.signing_up import signed_up
from tests.stack import wait_for

SOON_S = 20


@pytest.fixture
def offer(stack, tmp_path):
    """A plan on offer, as long as the test runs: other tests' keys need none."""

    def put(*, offered):
        terms = json.loads(EXAMPLE)
        terms["seller"]["prefix"] = "PLAN"
        terms["plans"][0] |= {"code": "roads", "name": "Roads", "offered": offered}
        path = tmp_path / "terms.json"
        path.write_text(json.dumps(terms))
        stack.manage("billing_setup", str(path))

    put(offered=True)
    yield
    put(offered=False)


def test_a_plan_is_ordered_and_ended_by_who_pays_for_it(new_page, stack, offer):
    page = new_page()
    page.goto("/prices/")
    expect(page.get_by_role("main")).to_contain_text("49.00 EUR")
    signed_up(page, stack, "dora@vans.example")
    page.get_by_label("Name of the organisation").fill("Dora's vans")
    page.get_by_role("button", name="Found it").click()
    base = page.url
    page.get_by_role("link", name="Make a key").click()
    page.get_by_label("Name", exact=True).fill("van")
    page.get_by_role("radio", name=re.compile("live")).check()
    page.get_by_role("button", name="Make the key").click()
    snippet = page.locator("#call").inner_text()
    ((token, address),) = re.findall(r'Bearer (\S+)".*?"(http[^"]+)"', snippet, re.DOTALL)

    def status():
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(address, headers=headers, timeout=30).status_code

    wait_for("402", lambda: status() == 402, timeout_s=SOON_S)
    page.goto(base)
    page.get_by_role("link", name="Plans").click()
    assert violations(page) == []
    page.get_by_role("link", name="Choose Roads").click()
    page.get_by_role("textbox", name="Address").fill("Katu 2\n00100 Helsinki")
    page.get_by_label("Country", exact=True).select_option("FI")
    assert violations(page) == []
    page.get_by_role("button", name="Order with an obligation to pay").click()
    page.get_by_text("The plan is in force.").wait_for()
    wait_for("an answer", lambda: status() == 200, timeout_s=SOON_S)

    phone = new_page(
        viewport=PHONE, color_scheme="dark", storage_state=page.context.storage_state()
    )
    phone.goto(f"{base}costs/plan/")
    phone.get_by_text("End the plan", exact=True).click()
    assert violations(phone) == []
    phone.get_by_role("button", name="End the plan with this month").click()
    expect(phone.get_by_role("main")).to_contain_text("and none follows")
    phone.get_by_role("link", name="Keep it").click()
    phone.get_by_role("button", name="Order with an obligation to pay").click()
    expect(phone.get_by_role("main")).to_contain_text("It goes on from month to month.")
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert phone.evaluate(overflow) == 0
