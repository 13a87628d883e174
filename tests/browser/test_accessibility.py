"""axe-core finds nothing against WCAG 2.2 A and AA, on a desktop and on a phone."""

from itertools import pairwise

import pytest
from django.urls import URLResolver
from playwright.sync_api import expect

from hazardmap.web.urls import urlpatterns
from tests.browser.axe import violations
from tests.browser.conftest import DESKTOP, PHONE, enlarge, open_map, too_wide_px
from tests.browser.on_paper import on_paper
from tests.browser.public_pages import ELSEWHERE, NO_PAGES, PRIVATE, PUBLIC, scene_of

COW = (23.9010, 61.4978)

# What the count in the map's list has said, in order.
LISTENING = """
window.heard = [];
document.addEventListener('DOMContentLoaded', () => {
    const count = document.querySelector('#list-count');
    new MutationObserver(() => heard.push(count.textContent)).observe(count, { childList: true });
});
"""


@pytest.fixture(scope="module")
def cow(place_hazard):
    return place_hazard("cow", *COW)


@pytest.fixture(scope="module")
def scene(stack, cow):
    return scene_of(stack, cow, COW)


def test_every_page_of_the_site_is_looked_at():
    known = (PUBLIC.keys() - {"nothing"}) | PRIVATE.keys() | ELSEWHERE | NO_PAGES
    # Behind its first page the portal belongs to an organisation, and has tests of its own.
    portal = {name for name in _names(urlpatterns) if name.startswith("portal-")}
    assert set(_names(urlpatterns)) - portal == known


@pytest.mark.parametrize(
    "look",
    [
        {"viewport": DESKTOP, "color_scheme": "light", "locale": "en-US"},
        {"viewport": PHONE, "color_scheme": "dark", "locale": "fi-FI"},
    ],
    ids=["desktop", "phone"],
)
def test_every_page_is_accessible_and_prints_well(new_page, stack, scene, look):
    page = new_page(**look)
    for name, address in PUBLIC.items():
        page.goto(address(scene))
        assert violations(page) == [], name
        assert on_paper(page) == [], name
    _sign_in(page, stack)
    for address in (PUBLIC["hazard"](scene), *PRIVATE.values()):
        page.goto(address)
        assert violations(page) == [], address
        assert on_paper(page) == [], address
    page.goto("/account/")
    page.locator("form[action='/account/pairing-code/'] button").click()
    assert violations(page) == []


def test_changed_texts_are_asked_for_once(new_page, stack):
    page = new_page(viewport=PHONE)
    email = stack.accounts["logins"][0]["email"]
    code = (
        "from hazardmap.accounts.models import Consent, User; "
        f"user = User.objects.get(email='{email}'); user.consents.all().delete(); "
        "Consent.objects.bulk_create(Consent(user=user, document=one, version='2026-01-01') "
        "for one in Consent.Document)"
    )
    stack.run(code)
    _sign_in(page, stack, then="**/account/consent/?next=*")
    assert violations(page) == []
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url("**/account/")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_map_with_list_legend_and_panel(new_page, viewport, cow):
    page = new_page(viewport=viewport)
    page.add_init_script(LISTENING)
    open_map(page, f"/#map=15/{COW[1]}/{COW[0]}")
    page.locator(f"[data-hazard='{cow}'] .row-p").get_by_text("still there").wait_for(
        state="attached"
    )
    expect(page.get_by_role("heading", name="in view", level=2)).to_have_count(1)
    assert "0 hazards in view" not in page.evaluate("heard"), "told before anybody knew"
    assert violations(page) == []
    if page.locator("#list-toggle").is_visible():
        page.locator("#list-toggle").click()
    page.locator("#legend summary").click()
    assert violations(page) == []
    page.locator(f"[data-hazard='{cow}']").click()
    page.locator("#panel-title").wait_for()
    assert violations(page) == []


def test_nothing_is_wider_than_a_phone_in_any_direction_of_writing(new_page, scene):
    page = new_page(viewport={"width": 320, "height": 640}, locale="de-DE")
    for name, address in PUBLIC.items():
        page.goto(address(scene))
        for direction in ("ltr", "rtl"):
            page.evaluate("to => { document.documentElement.dir = to }", direction)
            left, width = page.evaluate(
                "[Math.min(0, ...[...document.querySelectorAll('main, main > *')]"
                ".map((one) => one.getBoundingClientRect().left)),"
                "document.documentElement.scrollWidth]"
            )
            assert (left, width) == (0, 320), (name, direction)


def test_pages_keep_to_a_phone_with_letters_twice_as_large(new_page, stack, scene):
    page = new_page(viewport=PHONE, locale="de-DE")
    enlarge(page)
    for name, address in PUBLIC.items():
        page.goto(address(scene))
        letters = page.evaluate("getComputedStyle(document.body).fontSize")
        assert (letters, too_wide_px(page)) == ("32px", 0), name
    _sign_in(page, stack)
    for address in PRIVATE.values():
        page.goto(f"{address}?lang=de")
        assert too_wide_px(page) == 0, address


def test_the_map_keeps_its_parts_apart_with_letters_twice_as_large(new_page, cow):
    page = new_page(viewport=PHONE, locale="de-DE")
    enlarge(page)
    open_map(page, f"/#map=15/{COW[1]}/{COW[0]}")
    edges = """all => all.map((one) => {
        const range = document.createRange(); range.selectNodeContents(one);
        const { left, right } = range.getBoundingClientRect();
        return [left, right];
    })"""
    words = page.locator(".side-bar a, .chip, .map-foot .live, .map-foot .credits")
    assert all(left >= 0 and right <= PHONE["width"] for left, right in words.evaluate_all(edges))
    for chip in page.locator(".chip").all():
        assert chip.evaluate("chip => chip.scrollWidth <= chip.clientWidth")
    box = {name: page.locator(name).bounding_box() for name in (".brand", ".nav", "#list-title")}
    assert box[".brand"]["y"] + box[".brand"]["height"] <= box[".nav"]["y"]
    counts = box["#list-title"]["y"] + box["#list-title"]["height"]
    assert counts <= page.locator(".map-foot").bounding_box()["y"] + 1
    days = sorted(page.locator(".time-days span:visible").evaluate_all(edges))
    assert all(right < left for (_, right), (left, _) in pairwise(days))


def _names(patterns):
    """Of these addresses and those included by them."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _names(pattern.url_patterns)
        else:
            yield pattern.name


def _sign_in(page, stack, then="**/account/"):
    login = stack.accounts["logins"][0]
    page.goto("/login/?lang=en")
    page.get_by_label("E-mail address").fill(login["email"])
    page.get_by_label("Password").fill(login["password"])
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(then)
