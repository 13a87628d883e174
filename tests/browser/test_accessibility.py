"""axe-core finds nothing against WCAG 2.2 A and AA, on a desktop and on a phone."""

from pathlib import Path

import pytest

from tests.browser.conftest import DESKTOP, PHONE, open_map

AXE = Path(__file__).resolve().parents[2] / "frontend/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
COW = (23.9010, 61.4978)


@pytest.fixture(scope="module")
def cow(place_hazard):
    return place_hazard("cow", *COW)


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def page(request, new_page, stack):
    page = new_page(viewport=request.param)
    login = stack.accounts["logins"][0]
    page.goto("/login/")
    page.get_by_label("E-mail address").fill(login["email"])
    page.get_by_label("Password").fill(login["password"])
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/account/")
    return page


def violations(page):
    """What axe has to say, short enough to read in a failure."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("tags => axe.run({ runOnly: tags })", TAGS)
    return [
        (rule["id"], node["html"][:120], node["failureSummary"][:200])
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def test_static_pages(page, cow, new_page):
    for address in ["/account/", "/about/", f"/hazards/{cow}/", "/nothing-here/"]:
        page.goto(address)
        assert violations(page) == [], address
    page.goto("/account/")
    page.get_by_role("button", name="Make a pairing code").click()
    assert violations(page) == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_without_a_login(new_page, viewport, scheme):
    page = new_page(viewport=viewport, color_scheme=scheme)
    for address in ["/login/", "/drive/", "/about/"]:
        page.goto(address)
        assert violations(page) == [], address


def test_the_map_with_list_legend_and_panel(page, cow):
    open_map(page, f"/#map=15/{COW[1]}/{COW[0]}")
    assert violations(page) == []
    if page.locator("#list-toggle").is_visible():
        page.locator("#list-toggle").click()
    page.locator("#legend summary").click()
    assert violations(page) == []
    page.locator(f"[data-hazard='{cow}']").click()
    page.locator("#panel-title").wait_for()
    assert violations(page) == []


def test_nothing_is_wider_than_a_phone(new_page, cow):
    page = new_page(viewport={"width": 320, "height": 640})
    for address in ["/about/", "/login/", "/drive/", f"/hazards/{cow}/"]:
        page.goto(address)
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320, address
