"""What the map says before it knows, and about what nobody knows any more."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, open_map

COW = (23.6810, 61.5978)
NEAR = f"#map=15/{COW[1]}/{COW[0]}"
AT = "at=2026-01-01T10%3A00Z"


@pytest.fixture(scope="module", autouse=True)
def cow(place_hazard):
    return place_hazard("cow", *COW)


@pytest.mark.parametrize(
    ("address", "answer", "known"),
    [("/", "**/map/hazards.json*", "1"), (f"/?{AT}", "**/map/history.json*", "0")],
    ids=["now", "then"],
)
def test_nothing_is_counted_before_there_is_an_answer(new_page, address, answer, known):
    page, held, is_over = new_page(viewport=PHONE), [], []
    page.route(answer, lambda route: route.continue_() if is_over else held.append(route))
    open_map(page, f"{address}{NEAR}")
    counted = page.locator(".chip[data-group=wildlife] .count")
    expect(page.locator("#chips")).to_be_visible()
    expect(counted).to_have_text("")
    expect(page.locator("#list-count")).to_have_text("Newest hazards")
    is_over.append(True)
    for one in held:
        one.continue_()
    expect(counted).to_have_text(known)


@pytest.mark.parametrize(
    ("what", "words"),
    [("hz", "Diese Gefahr ist nicht mehr bekannt."), ("zone", "Diese Baustelle ist nicht mehr")],
)
def test_what_is_gone_is_named_and_cannot_be_shared(new_page, what, words):
    page = new_page(viewport={"width": 360, "height": 740}, locale="de-DE")
    page.goto(f"/?{what}={uuid4()}")
    panel = page.locator("#panel")
    told = panel.locator(".notice")
    expect(told).to_contain_text(words)
    expect(panel.get_by_role("button", name="Teilen")).to_have_count(0)
    close = panel.get_by_role("button", name="Schließen")
    assert panel.evaluate(
        "panel => panel.querySelector('.close').getBoundingClientRect().bottom"
        " <= panel.querySelector('.notice').getBoundingClientRect().top"
    ), "the button lies on the words"
    close.click()
    expect(panel).to_be_hidden()


def test_a_moment_that_is_to_come_is_now(new_page):
    page = new_page()
    open_map(page, f"/?at=2999-01-01T10%3A00Z{NEAR}")
    expect(page.locator("#list-count")).to_have_text("1 hazard in view")
    expect(page.locator("#time-live")).to_have_attribute("aria-pressed", "true")


def test_of_a_moment_too_long_ago_nothing_is_claimed(new_page):
    page = new_page()
    open_map(page, f"/?{AT}{NEAR}")
    expect(page.locator("#list-notice")).to_have_text("Only the last seven days can be seen here.")


def test_graphics_that_do_not_come_back_are_told(new_page):
    page = new_page()
    open_map(page, f"/{NEAR}")
    page.evaluate(
        "document.querySelector('#map canvas').getContext('webgl2')"
        ".getExtension('WEBGL_lose_context').loseContext()"
    )
    expect(page.locator("#toast")).to_contain_text("The map could not be loaded")
    toast, card = page.locator("#toast").bounding_box(), page.locator(".side").bounding_box()
    assert toast["x"] >= card["x"] + card["width"]
    expect(page.locator("#toast").get_by_role("button", name="Try again")).to_be_visible()
