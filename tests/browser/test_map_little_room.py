"""The map where a window holds only a few lines: large letters on a phone, a page zoomed to 400 %,
a phone on its side. Whatever is there can be reached by a mouse, and nothing lies on it.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import DESKTOP, PHONE, enlarge, open_map, too_wide_px

COW = (23.7210, 61.3978)
IN_THE_MIDDLE = """map => {
    map.scrollIntoView();
    const { left, width, top, height } = map.getBoundingClientRect();
    return map.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}"""


@pytest.fixture(scope="module")
def hazards(place_hazard):
    return [place_hazard("cow", *COW), place_hazard("debris", COW[0] + 0.001, COW[1])]


@pytest.mark.parametrize(
    ("viewport", "letters"),
    [
        (PHONE, enlarge),
        ({"width": 320, "height": 256}, None),
        ({"width": 844, "height": 390}, None),
    ],
    ids=["large-letters", "zoomed", "on-its-side"],
)
def test_list_map_and_details_can_all_be_reached(new_page, hazards, viewport, letters):
    page = new_page(viewport=viewport, locale="de-DE", reduced_motion="reduce")
    if letters:
        letters(page)
    open_map(page, f"/#map=15/{COW[1]}/{COW[0]}")
    assert page.locator("#map").evaluate(IN_THE_MIDDLE)
    with_taps_alone(page)
    toggle = page.locator("#list-toggle")
    if toggle.is_visible():
        toggle.click()
    page.locator(".side-main").hover()
    page.mouse.wheel(0, 5000)
    expect(page.locator("#list .row").last).to_be_in_viewport()
    for hazard in hazards:
        page.locator(f"[data-hazard='{hazard}']").click()
        expect(page.locator("#panel h2")).to_be_in_viewport()
        assert violations(page) == []
        page.locator("#panel .close").click()
        expect(page.locator("#panel")).to_be_hidden()
    page.get_by_role("slider").press("ArrowLeft")
    page.locator(".time-live").click()
    page.locator(".map-foot a").first.click(trial=True)
    assert too_wide_px(page) == 0


def with_taps_alone(page):
    """The map goes each way (WCAG 2.5.7), and the arrows leave it again."""
    opener = page.get_by_role("button", name="Karte verschieben", exact=True)
    ways = page.get_by_role("group", name="Karte verschieben")
    expect(ways).to_be_hidden()
    opener.click()
    assert violations(page) == []
    for way, goes in (
        ("nach oben", "({ lat }) => lat > start.lat"),
        ("nach unten", "({ lat }) => Math.abs(lat - start.lat) < 1e-4"),
        ("nach rechts", "({ lon }) => lon > start.lon"),
        ("nach links", "({ lon }) => Math.abs(lon - start.lon) < 1e-4"),
    ):
        ways.get_by_role("button", name=way).click()
        page.wait_for_function(
            "(start) => { const [, lat, lon] = location.hash.split('/').map(Number);"
            f" return ({goes})({{ lat, lon }}); }}",
            arg={"lon": COW[0], "lat": COW[1]},
        )
    opener.click()
    expect(ways).to_be_hidden()


APART = """([one, two]) => {
    const [a, b] = [one, two].map(name => document.querySelector(name).getBoundingClientRect());
    return a.bottom <= b.top || b.bottom <= a.top
        || getComputedStyle(document.querySelector(one)).visibility === "hidden";
}"""
WITHIN = """days => {
    const { right } = days.parentElement.getBoundingClientRect();
    const all = [...days.children].map(day => day.getBoundingClientRect());
    const seen = all.filter(day => day.width);
    return seen.length > 0 && seen.every(day => day.right <= right);
}"""


def seen_just_now(route):
    told = route.fetch().json()
    for hazard in told["hazards"]:
        hazard["last_seen"] = told["now"] - 60
    route.fulfill(json=told)


BROKEN = """line => {
    const range = document.createRange();
    const texts = [line, ...line.children].flatMap(part => [...part.childNodes])
        .filter(node => node.nodeType === Node.TEXT_NODE);
    return texts.flatMap(text => [...text.data.matchAll(/[^\\s]+/g)].map(word => {
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        return [word[0], range.getClientRects().length];
    })).filter(([, lines]) => lines !== 1);
}"""


@pytest.mark.parametrize("size", [(320, 640), (360, 640), (390, 844)])
def test_what_stands_on_a_small_map_does_not_lie_on_something_else(new_page, hazards, size):
    page = new_page(viewport={"width": size[0], "height": size[1]}, locale="de-DE")
    page.route("**/map/hazards.json*", seen_just_now)
    open_map(page, f"/#map=15/{COW[1]}/{COW[0]}")
    assert page.locator("#time-days").evaluate(WITHIN)
    assert page.evaluate(APART, ["#quick", ".side-main"])
    fresh = page.locator("#list-fresh")
    expect(fresh).to_contain_text("vor weniger als 10 Min.")
    assert fresh.evaluate(BROKEN) == []
    page.locator("#list-toggle").click()
    assert page.evaluate(APART, ["#quick", ".side-main"])


STYLE = "(element, name) => getComputedStyle(element)[name]"


def test_what_is_told_by_a_colour_is_told_by_forced_colours_too(new_page, hazards):
    page = new_page(viewport=DESKTOP, forced_colors="active", color_scheme="dark")
    open_map(page, f"/?hz={hazards[0]}#map=15/{COW[1]}/{COW[0]}")
    row = page.locator(f"#list [data-hazard='{hazards[0]}']")
    expect(row).to_have_attribute("aria-current", "true")
    assert row.evaluate(STYLE, "outlineStyle") == "solid"
    assert page.locator("#quick .zone-sign").evaluate(STYLE, "backgroundImage") != "none"
    ramp = page.locator(".ramp-row:not([hidden]) .ramp i")
    assert len({one.evaluate(STYLE, "backgroundColor") for one in ramp.all()}) == 5
    plus = page.locator(".maplibregl-ctrl-zoom-in .maplibregl-ctrl-icon")
    assert plus.evaluate(STYLE, "filter") == "none"
    assert "%23fff" in plus.evaluate(STYLE, "backgroundImage")
