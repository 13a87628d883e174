"""The public map in a real browser, with a mouse, with keys, without WebGL and without a script."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, open_map

COW = (23.7610, 61.4978)
CONE = (23.7660, 61.4978)
NEAR = f"#map=15/{COW[1]}/{COW[0]}"
# A finger's width of screen around the middle of the map, where a view by address is centred.
MIDDLE = (640, 400)


@pytest.fixture(scope="module")
def hazards(place_hazard):
    return {"cow": place_hazard("cow", *COW), "cone": place_hazard("cone", *CONE, witnesses=1)}


def test_a_click_on_a_marker_opens_its_evidence_and_escape_goes_back(new_page, hazards):
    page = new_page()
    open_map(page, f"/{NEAR}")
    row = page.locator(f"[data-hazard='{hazards['cow']}']")
    expect(row).to_be_visible()
    page.mouse.click(*MIDDLE)
    panel = page.locator("#panel")
    expect(panel.get_by_role("heading", name="Cattle")).to_be_focused()
    expect(panel).to_contain_text("to be there now")
    expect(panel).to_contain_text("simulated")
    expect(panel).to_contain_text("Faces and number plates are blurred")
    expect(panel).to_contain_text("Independent drivers2")
    image = panel.locator("img")
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("image => image.naturalWidth") == 320
    picture, box = image.bounding_box(), panel.locator("rect.box").bounding_box()
    middle = (box["x"] + box["width"] / 2 - picture["x"]) / picture["width"]
    assert middle == pytest.approx(0.5, abs=0.03)  # it stands straight ahead
    assert f"hz={hazards['cow']}" in page.url
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    assert "hz=" not in page.url


def test_the_keyboard_alone_goes_from_list_to_details_and_back(new_page, hazards):
    page = new_page()
    open_map(page, f"/{NEAR}")
    row = page.locator(f"[data-hazard='{hazards['cone']}']")
    expect(row).to_contain_text("unconfirmed")
    row.focus()
    page.keyboard.press("Enter")
    title = page.locator("#panel").get_by_role("heading", name="Traffic cone")
    expect(title).to_be_focused()
    page.keyboard.press("Escape")
    expect(row).to_be_focused()
    page.go_back()
    expect(title).to_be_visible()
    page.go_forward()
    expect(title).to_be_hidden()


def test_an_address_with_a_hazard_shows_it(new_page, hazards):
    page = new_page(color_scheme="dark", viewport=PHONE)
    open_map(page, f"/?hz={hazards['cone']}")
    expect(page.locator("#panel").get_by_role("heading", name="Traffic cone")).to_be_visible()
    expect(page).to_have_url(re.compile(r"#map=16/61\.49\d+/23\.76\d+"))


def test_chips_filter_list_and_map(new_page, hazards):
    page = new_page()
    open_map(page, f"/{NEAR}")
    expect(page.locator("#list-count")).to_have_text("2 hazards in view")
    animals = page.get_by_role("button", name="Animals")
    animals.click()
    expect(animals).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#list-count")).to_have_text("1 hazard in view")
    expect(page.locator(f"[data-hazard='{hazards['cow']}']")).to_have_count(0)
    page.wait_for_timeout(1000)
    page.mouse.click(*MIDDLE)
    expect(page.locator("#panel")).to_be_hidden()
    page.get_by_role("button", name="Road work").click()
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("#list-count")).to_have_text("2 hazards in view")


def test_a_new_hazard_appears_by_itself_within_ten_seconds(new_page, place_hazard):
    lon, lat = 23.8105, 61.4507
    page = new_page()
    open_map(page, f"/#map=16/{lat}/{lon}")
    expect(page.locator("#list-count")).to_have_text("0 hazards in view")
    expect(page.locator("#live")).to_contain_text(re.compile(r"live · updated \d\d:\d\d:\d\d"))
    hazard = place_hazard("dog", lon, lat)
    placed = time.monotonic()
    expect(page.locator(f"[data-hazard='{hazard}']")).to_be_visible(timeout=10_000)
    while page.locator("#panel").is_hidden():
        assert time.monotonic() < placed + 10, "it is listed, but not drawn"
        page.mouse.click(*MIDDLE)
        page.wait_for_timeout(300)
    expect(page.locator("#panel").get_by_role("heading", name="Dog")).to_be_visible()


def test_areas_stand_for_hazards_at_low_zoom(new_page, hazards):
    page = new_page()
    open_map(page, f"/#map=8/{COW[1]}/{COW[0]}")
    page.mouse.click(*MIDDLE)
    expect(page).to_have_url(re.compile(r"#map=1\d(\.\d+)?/61\.\d+/23\.\d+"))


def test_a_lost_connection_is_shown_and_recovers(new_page, hazards):
    page = new_page()
    open_map(page, f"/{NEAR}")
    page.context.set_offline(True)
    expect(page.locator("#live-state")).to_have_text("offline")
    expect(page.locator(f"[data-hazard='{hazards['cow']}']")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#live-state")).to_have_text("live")


def test_without_webgl_there_is_the_list(new_page, hazards):
    page = new_page()
    page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        "  return kind.startsWith('webgl') ? null : get.call(this, kind, ...rest); };"
    )
    open_map(page, "/")
    expect(page.locator("#map")).to_contain_text("no WebGL")
    page.locator(f"[data-hazard='{hazards['cow']}']").click()
    expect(page.locator("#panel").get_by_role("heading", name="Cattle")).to_be_visible()


def test_without_a_script_there_are_pages(new_page, hazards):
    page = new_page(java_script_enabled=False)
    page.goto("/")
    page.locator(f"a[href='/hazards/{hazards['cow']}/']").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cattle")
    first = page.locator(".evidence").first
    expect(first.locator("img")).to_be_visible()
    expect(first.locator("rect.box")).to_be_visible()
