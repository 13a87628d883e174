"""The public map in a real browser, with a mouse, with keys, without WebGL and without a script.

A map takes seconds to be drawn in software, so each test looks at several things on one page.
"""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DRAWN_MS, PHONE, open_map
from tests.tile_reading import tile_at

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
    expect(panel).to_contain_text("There now")
    expect(panel).to_contain_text("simulated")
    expect(panel).to_contain_text("Faces and number plates are blurred")
    expect(panel).to_contain_text("Seen in 2 passes by 2 independent drivers")
    panel.get_by_text("Each of 2 passes").click()
    expect(panel.get_by_role("row")).to_have_count(4)  # a head, both drives, and now
    expect(panel.get_by_role("row").last).to_contain_text("now")
    expect(panel.get_by_role("img", name="How likely it was over time")).to_be_visible()
    image = panel.locator("img")
    expect(image).to_have_js_property("complete", True)
    assert image.evaluate("image => image.naturalWidth") == 320
    picture, box = image.bounding_box(), panel.locator("rect.box").bounding_box()
    middle = (box["x"] + box["width"] / 2 - picture["x"]) / picture["width"]
    assert middle == pytest.approx(0.5, abs=0.03)  # it stands straight ahead
    panel.get_by_role("button", name="Next picture").click()
    page.keyboard.press("ArrowRight")
    expect(panel).to_contain_text("3 of 6")
    page.keyboard.press("b")
    expect(panel.locator("rect.box")).to_be_hidden()
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


def test_a_long_title_keeps_to_the_panel_and_clear_of_its_buttons(new_page, place_hazard):
    debris = place_hazard("debris", 23.8310, 61.4207)
    page = new_page(viewport=PHONE, locale="de-DE", reduced_motion="reduce")
    page.goto(f"/?hz={debris}")
    head = page.locator("#panel .hazard-head")
    title = head.get_by_role("heading", name="Gegenstand auf der Fahrbahn")
    expect(title).to_be_focused()
    edges = "all => all.map((one) => one.getBoundingClientRect().right)"
    most = head.bounding_box()["x"] + head.bounding_box()["width"]
    assert max(head.locator("div:not(.panel-buttons), h2, p").evaluate_all(edges)) <= most
    buttons, words = head.locator(".panel-buttons").bounding_box(), title.bounding_box()
    assert words["x"] + words["width"] <= buttons["x"]


def test_filters_act_on_list_and_map_and_stand_in_the_address(new_page, hazards):
    page = new_page()
    open_map(page, f"/{NEAR}")
    count = page.locator("#list-count")
    expect(count).to_have_text("2 hazards in view")
    animals = page.get_by_role("button", name="Animals")
    animals.click()
    expect(animals).to_have_attribute("aria-pressed", "false")
    expect(count).to_have_text("1 hazard in view")
    page.wait_for_timeout(1000)
    page.mouse.click(*MIDDLE)
    expect(page.locator("#panel")).to_be_hidden()
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("unconfirmed").check()
    expect(page).to_have_url(re.compile("kind=construction&kind=obstacle&state=unconfirmed#"))
    page.get_by_label("Traffic cone").uncheck()
    expect(count).to_have_text("0 hazards in view")
    expect(page.locator("#list-notice")).to_contain_text("2 hazards here are hidden, mostly by")
    page.go_back()
    expect(page.locator(f"[data-hazard='{hazards['cone']}']")).to_be_visible()
    page.reload()
    expect(count).to_have_text("1 hazard in view")
    page.get_by_role("button", name="Remove the filter “Unconfirmed”").click()
    page.get_by_role("button", name="Clear all filters").click()
    expect(count).to_have_text("2 hazards in view")
    assert "?" not in page.url
    for chip in page.locator(".chip").all():
        chip.click()
    expect(page).to_have_url(re.compile("kind=none"))
    page.locator("#share").click()
    shared = page.get_by_role("dialog")
    expect(shared.get_by_label("Link to what you see")).to_be_visible()
    expect(shared.get_by_role("link", name="The same as a list")).to_have_count(0)


def test_a_new_hazard_comes_by_the_stream_into_all_pages_of_a_browser(new_context, place_hazard):
    lon, lat = 23.8105, 61.4507
    asked = []
    context = new_context()
    first, second = context.new_page(), context.new_page()
    first.bring_to_front()
    for page in (first, second):
        page.on("request", lambda request: asked.append(request.url))
        open_map(page, f"/#map=16/{lat}/{lon}")
        expect(page.locator("#list-count")).to_have_text("0 hazards in view")
        expect(page.locator("#live")).to_contain_text(
            re.compile(r"live\s+· updated \d\d:\d\d:\d\d")
        )
    assert len([url for url in asked if "/live/v1/hazards" in url]) == 1
    asked.clear()
    hazard = place_hazard("dog", lon, lat)
    placed = time.monotonic()
    for page in (first, second):
        expect(page.locator(f"[data-hazard='{hazard}']")).to_be_visible(timeout=10_000)
    second.wait_for_timeout(1000)
    touched = tile_at(lon, lat, 16)
    tiles = {url.rpartition("/hazards")[2] for url in asked if "/tiles/v1/hazards/" in url}
    assert tiles == {f"/16/{touched.x}/{touched.y}.mvt"}
    while second.locator("#panel").is_hidden():
        assert time.monotonic() < placed + 12, "it is listed, but not drawn"
        second.mouse.click(*MIDDLE)
        second.wait_for_timeout(300)
    assert not [url for url in asked if "changes.json" in url]


def test_the_last_days_can_be_seen_again_by_keys(new_page, hazards, stack):
    place = f"{COW[0] + 0.002}, {COW[1]}, 'deer', from_h=30, to_h=20"
    stack.run(f"from tests.map_scene import put_past; put_past({place})")
    page = new_page(reduced_motion="reduce")
    open_map(page, f"/{NEAR}")
    expect(page.locator("#list-count")).to_have_text("2 hazards in view")
    expect(page.locator("#time-bars rect")).to_have_count(56)
    slider = page.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", "Live")
    slider.focus()
    for _ in range(28 * 4):  # 28 hours
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#list-count")).to_contain_text("1 hazard in view, ")
    expect(page.locator("#list")).to_contain_text("Deer")
    expect(page.locator("#time-said")).to_contain_text("1 day ago")
    expect(page).to_have_url(re.compile(r"\?at=20\d\d-"))
    page.get_by_role("button", name="Play the last 7 days").click()
    expect(page.locator("#list")).not_to_contain_text("Deer", timeout=15_000)
    page.get_by_role("button", name="Live", exact=True).click()
    expect(page.locator("#list-count")).to_have_text("2 hazards in view")
    assert "at=" not in page.url


def test_places_are_found_and_what_was_looked_at_is_shown(new_page, hazards):
    page = new_page()
    open_map(page, f"/{NEAR}")
    page.keyboard.press("/")
    page.keyboard.type("tampe")
    page.get_by_role("option", name=re.compile("Tampere.*Finland")).click()
    expect(page).to_have_url(re.compile(r"#map=1\d(\.\d+)?/61\.\d+/23\.\d+"))
    box = page.get_by_role("combobox")
    box.fill("mannerheimint")
    page.get_by_role("option", name=re.compile("Mannerheimintie.*street")).wait_for()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/60\.1\d+/24\.9\d+"))
    box.fill("881126d365fffff")
    page.get_by_role("option", name=re.compile("H3 cell, resolution 8")).click()
    box.fill(f"{COW[1]}, {COW[0]}")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/61\.49\d+/23\.7\d+"))
    page.keyboard.press("c")
    expect(page).to_have_url(re.compile("coverage=1"))
    page.get_by_text("Layers and legend").click()
    expect(page.locator("#coverage-legend")).to_be_visible()
    expect(page.get_by_label("Show where somebody has looked lately")).to_be_checked()
    with page.expect_request(re.compile("/tiles/v1/coverage/")):
        page.get_by_role("button", name="Zoom out").click()


def test_the_days_of_the_time_bar_move_on_while_the_page_stays_open(new_page):
    page = new_page()
    page.clock.install()
    open_map(page, f"/{NEAR}")
    days = """days => [...days.children].map((day) =>
        [day.textContent, parseFloat(day.style.insetInlineStart)])"""
    before = dict(page.locator("#time-days").evaluate(days))
    page.clock.fast_forward("12:00:00")
    after = dict(page.locator("#time-days").evaluate(days))
    # Late in the evening the day of a week ago has left, and the new one has its name.
    moved = [before[day] - after[day] for day in before.keys() & after if before[day] > after[day]]
    assert len(moved) > 4
    assert moved == pytest.approx([100 / 14] * len(moved), abs=0.1)


def test_what_is_seen_can_be_shared_and_the_keys_are_listed(new_page, hazards):
    lon, lat = COW
    page = new_page(geolocation={"latitude": lat, "longitude": lon}, permissions=["geolocation"])
    open_map(page, "/?kind=wildlife#map=14/61.4/23.6")
    page.get_by_role("button", name="Near me").click()
    expect(page.get_by_role("dialog")).to_contain_text("we are told the place, and do not keep it")
    page.get_by_role("button", name="Show what is near me").click()
    expect(page).to_have_url(re.compile(r"#map=15/61\.49\d+/23\.76"))
    page.get_by_role("slider").press("ArrowLeft")
    expect(page).to_have_url(re.compile("at=20"))
    page.locator("#share").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Link to what you see")).to_have_value(page.url)
    code = dialog.get_by_label("Code to put it into").input_value()
    assert re.search(r'<iframe src="http://[^"]+/embed/\?kind=wildlife#map=15/', code)
    expect(dialog.get_by_role("link", name="RSS")).to_have_attribute(
        "href", re.compile("^/area/8[0-9a-f]{14}/feed.rss$")
    )
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(dialog).to_contain_text("Back to now")
    dialog.get_by_label("Single keys are on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    assert "coverage" not in page.url
    page.get_by_text("Layers and legend").click()
    page.get_by_role("link", name="Deutsch").click()
    expect(page).to_have_url(re.compile(r"/\?kind=wildlife&at=20[^&]*&lang=de#map=15/61\.49"))
    expect(page.locator("html")).to_have_attribute("lang", "de")


def test_the_map_in_a_frame_of_somebody_else(new_page, hazards, stack):
    page = new_page()
    shown_then = f"{stack.url}/embed/?at=2020-01-01T00:00Z{NEAR}"
    frame = f"<iframe src='{shown_then}' width='800' height='500'></iframe>"
    page.route(
        "http://other.example/", lambda route: route.fulfill(body=frame, content_type="text/html")
    )
    page.goto("http://other.example/")
    shown = page.frame_locator("iframe")
    shown.locator("body[data-ready='1']").wait_for(timeout=DRAWN_MS)
    assert shown.locator(".side").count() == 0
    page.mouse.click(8 + 400, 8 + 250)
    expect(shown.get_by_role("heading", name="Cattle")).to_be_visible()
    age = shown.locator("#panel .fresh")
    expect(age).to_contain_text("ago")
    age.evaluate("age => (age.textContent = 'as of long before')")
    expect(age).to_contain_text("ago", timeout=15_000)  # it is told anew every ten seconds
    page.mouse.wheel(0, 300)
    expect(shown.get_by_text("Hold Ctrl and scroll to zoom the map")).to_be_visible()


def test_areas_stand_for_hazards_at_low_zoom(new_page, hazards):
    page = new_page()
    open_map(page, f"/#map=8/{COW[1]}/{COW[0]}")
    page.mouse.click(*MIDDLE)
    expect(page).to_have_url(re.compile(r"#map=1\d(\.\d+)?/61\.\d+/23\.\d+"))


def test_a_lost_connection_is_shown_and_recovers_and_asking_replaces_the_stream(new_page, hazards):
    page = new_page()
    page.route("**/live/v1/hazards*", lambda route: route.abort())
    with page.expect_request("**/map/changes.json*", timeout=DRAWN_MS):
        open_map(page, f"/{NEAR}")
    expect(page.locator("#live-state")).to_have_text("live")
    page.unroute("**/live/v1/hazards*")
    page.context.set_offline(True)
    expect(page.locator("#live-state")).to_have_text("offline")
    expect(page.locator("#stale")).to_contain_text("This is what was known at")
    expect(page.locator(f"[data-hazard='{hazards['cow']}']")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#live-state")).to_have_text("live")
    expect(page.locator("#stale")).to_be_hidden()


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
    moment = page.locator("dl time[data-moment]").first
    expect(moment).to_have_text(re.compile(r"^\d+ \w+ 20\d\d, \d\d:\d\d UTC$"))
    page = new_page(timezone_id="Asia/Kolkata")
    page.goto(f"/hazards/{hazards['cow']}/")
    expect(page.locator("dl time[data-moment]").first).to_contain_text("GMT+5:30")
