"""Work zones on the public map, in a real browser."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import open_map

# Where a view by address is centred.
MIDDLE = (640, 400)


def test_a_work_zone_is_a_line_on_a_ground_that_a_setting_names(new_page, stack):
    lon, lat = 23.9005, 61.4002
    ends = f"({lon - 0.004}, {lat}), ({lon + 0.004}, {lat})"
    scene = f"from tests.map_scene import put_zone; put_zone({ends})"
    stack.run(scene)
    ground = {"id": "g", "type": "background", "paint": {"background-color": "#123456"}}
    style = {"version": 8, "sources": {}, "layers": [ground]}
    page = new_page()

    def named(route):
        answer = route.fetch()
        body = answer.text().replace('data-basemap=""', 'data-basemap="/ground.json"')
        route.fulfill(response=answer, body=body)

    page.route(f"{stack.url}/", named)
    page.route("**/ground.json", lambda route: route.fulfill(json=style))
    open_map(page, f"/#map=15/{lat}/{lon}")
    page.mouse.click(*MIDDLE)
    panel = page.locator("#panel")
    expect(panel.get_by_role("heading", name="Work zone")).to_be_focused()
    expect(panel).to_contain_text(re.compile(r"Length along the road[\d.]+ (m|km|mi|ft)"))
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.unroute("**/ground.json")
    page.reload()
    expect(page.locator("#toast")).to_contain_text("the built-in one is shown")


def test_a_work_zone_fills_what_is_left_of_the_map_each_time_it_is_opened(new_page, stack):
    lon, lat = 23.9505, 61.4502
    line = f"({lon}, {lat}), ({lon + 0.0022}, {lat}), ({lon + 0.0044}, {lat})"
    scene = f"from tests.map_scene import put_zone; print(put_zone({line}))"
    zone = stack.run(scene).split()[-1]
    page = new_page(reduced_motion="reduce")
    said = []
    page.on("console", lambda message: said.append(message.text))
    open_map(page, f"/#map=16/{lat}/{lon}")
    for _ in range(2):
        page.locator(f"[data-zone='{zone}']").click()
        expect(page.locator("#panel-title")).to_have_text("Work zone")
        # 234 m on 280 pixels, as far from the card as from the panel.
        expect(page).to_have_url(re.compile(r"#map=15\.8\d/61\.450\d/23\.952\d"))
        page.keyboard.press("Escape")
        expect(page.locator("#panel")).to_be_hidden()
    assert not [text for text in said if "cannot fit" in text]
