"""The phone page warns of what lies ahead: shown and spoken, also without a network."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE

COW = (23.70, 61.30)
STEP_LAT = 0.00018  # 20 metres
LISTENING = """
window.said = [];
speechSynthesis.speak = (utterance) => window.said.push([utterance.lang, utterance.text]);
"""


@pytest.fixture(scope="module")
def cow(place_hazard):
    return place_hazard("cow", *COW)


@pytest.fixture
def phone(new_page):
    page = new_page(
        viewport=PHONE, locale="en-IE", permissions=["geolocation"], geolocation=_position(20)
    )
    page.add_init_script(LISTENING)
    return page


def _position(steps_to_go):
    lat = COW[1] - steps_to_go * STEP_LAT
    return {"latitude": lat, "longitude": COW[0], "accuracy": 5}


def drive(page, steps_to_go):
    for step in steps_to_go:
        page.wait_for_timeout(1100)
        page.context.set_geolocation(_position(step))


def said(page):
    return page.evaluate("window.said")


def test_it_shows_and_speaks_what_lies_ahead_without_an_account(phone, cow):
    asked = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.goto("/drive/")
    phone.get_by_role("button", name="Start", exact=True).click()
    drive(phone, [19, 18])
    first = phone.locator("#ahead li").first
    expect(first).to_contain_text("cattle")
    expect(first).to_contain_text(re.compile(r"3[05]0 m"))
    expect(phone.locator("#ahead-age")).to_contain_text("Hazards as of")
    assert said(phone)[0] == ["en-IE", "Warnings are on."], "as people there speak"
    assert re.fullmatch(r"cattle, in (350|400) met(re|er)s", said(phone)[1][1])
    drive(phone, [4, 3, 2])
    expect(first).to_contain_text(re.compile(r"[45]0 m"))
    assert len(said(phone)) == 3  # once more, just before it
    drive(phone, [-2, -3])
    expect(phone.locator("#ahead li")).to_have_count(0)
    expect(phone.locator("#ahead-state")).to_contain_text("Nothing known within")
    squares = {url for url in asked if "/drive/hazards/" in url}
    assert 1 <= len(squares) <= 4
    assert not [url for url in asked if "61.3" in url or "23.7" in url]
    phone.get_by_role("button", name="Voice: on").click()
    expect(phone.get_by_role("button", name="Voice: off")).to_have_attribute(
        "aria-pressed", "false"
    )


def test_without_a_position_it_warns_of_nothing(phone, cow):
    phone.clock.install()
    phone.goto("/drive/")
    phone.get_by_role("button", name="Start", exact=True).click()
    drive(phone, [19, 18])
    expect(phone.locator("#ahead li").first).to_contain_text("cattle")
    phone.clock.fast_forward(11_000)
    expect(phone.locator("#ahead li")).to_have_count(0)
    expect(phone.locator("#ahead-state")).to_contain_text("No position any more")
    drive(phone, [17])
    expect(phone.locator("#ahead li").first).to_contain_text("cattle")


# Four things ahead instead of one, the last of them with a long name.
MORE = """list => {
    for (let i = 0; i < 3; i++) list.append(list.firstElementChild.cloneNode(true));
    list.lastElementChild.querySelector('.ahead-label').textContent = 'Construction vehicle × 3';
}"""


def test_a_turned_phone_shows_all_without_scrolling(phone, cow):
    phone.set_viewport_size({"width": 844, "height": 390})
    phone.goto("/drive/")
    phone.get_by_role("button", name="Start", exact=True).click()
    drive(phone, [19, 18])
    expect(phone.locator("#ahead li").first).to_contain_text("cattle")
    expect(phone.get_by_role("banner")).to_be_hidden()
    expect(phone.get_by_role("button", name="Stop")).to_be_in_viewport(ratio=1)
    phone.locator("#ahead").evaluate(MORE)
    stop = phone.locator("#run").bounding_box()
    assert stop["y"] + stop["height"] <= 390
    phone.set_viewport_size({"width": 640, "height": 360})
    ahead, stop = (phone.locator(name).last.bounding_box() for name in ("#ahead li", "#run"))
    assert ahead["x"] + ahead["width"] <= stop["x"]
    phone.get_by_role("button", name="Stop").click()
    expect(phone.get_by_role("banner")).to_be_visible()


def test_it_warns_without_a_network(phone, cow):
    phone.goto("/drive/")
    phone.get_by_role("button", name="Start", exact=True).click()
    drive(phone, [19, 18])
    expect(phone.locator("#ahead li").first).to_contain_text("cattle")
    phone.locator("body[data-offline='ready']").wait_for()
    phone.reload()  # so that the worker has served it once
    phone.context.set_offline(True)
    phone.reload()
    phone.get_by_role("button", name="Start", exact=True).click()
    drive(phone, [12, 11])
    expect(phone.locator("#ahead li").first).to_contain_text("cattle")


def test_a_refused_position_ends_the_drive_and_may_be_allowed_for_the_next(new_page):
    page = new_page(viewport=PHONE, permissions=[])
    page.goto("/drive/")
    start = page.get_by_role("button", name="Start", exact=True)
    start.click()
    told = page.locator("#place-problem")
    expect(told).to_contain_text("position was not allowed")
    expect(page.locator("#ahead-state")).to_contain_text("Press Start")
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(_position(20))
    start.click()
    expect(told).to_be_hidden()
    expect(page.locator("#ahead-state")).to_contain_text("the direction is not known yet")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
