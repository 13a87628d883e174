"""Whoever goes by keys is never put back to the beginning of the page."""

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DRAWN_MS, open_map

COW = (23.7810, 61.4578)


def test_a_list_that_changes_under_a_dialog_keeps_the_focus(new_page, place_hazard):
    cow = place_hazard("cow", *COW)
    page = new_page()
    open_map(page, f"/#map=15/{COW[1]}/{COW[0]}")
    row = page.locator(f"[data-hazard='{cow}']")
    row.focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    moose = place_hazard("moose", COW[0] + 0.001, COW[1])
    page.locator(f"[data-hazard='{moose}']").wait_for(state="attached", timeout=DRAWN_MS)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(row).to_be_focused()


@pytest.fixture(scope="module")
def herd(place_hazard):
    """Two hazards in the order of the list."""
    return [place_hazard("cow", COW[0] + 0.02 + step, COW[1]) for step in (0, 0.001)]


def refreshed(page, without=()):
    """Have the list fetched anew, in which some are not any more."""

    def answer(route):
        told = route.fetch().json()
        told["hazards"] = [one for one in told["hazards"] if one["id"] not in map(str, without)]
        route.fulfill(json=told)

    page.route("**/map/hazards.json*", answer)
    with page.expect_response("**/map/hazards.json*"):
        page.evaluate("window.dispatchEvent(new Event('online'))")


def test_the_focus_stays_in_the_list_when_what_had_it_is_gone(new_page, herd):
    page = new_page()
    open_map(page, f"/#map=15/{COW[1]}/{COW[0] + 0.02}")
    rows = [page.locator(f"#list [data-hazard='{cow}']") for cow in herd]
    rows[0].focus()
    refreshed(page, without=herd[:1])
    expect(rows[0]).to_have_count(0)
    expect(rows[1]).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_be_focused()
    refreshed(page, without=herd)
    expect(rows[1]).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator("#list")).to_be_focused()


def test_what_comes_new_leaves_the_focus_in_the_panel_where_it_is(new_page, herd):
    page = new_page()
    open_map(page, f"/?hz={herd[0]}#map=15/{COW[1]}/{COW[0] + 0.02}")
    following = page.locator("#panel").get_by_role("button", name="Next picture")
    following.focus()
    with page.expect_response(f"**/map/hazards/{herd[0]}.json"):
        refreshed(page)
    expect(page.locator("#list .row")).to_have_count(2)
    expect(following).to_be_focused()


def test_the_list_does_not_take_the_focus_from_a_device_of_a_work_zone(new_page, herd):
    page, at = new_page(), 1_800_000_000
    zone = dict.fromkeys(("t", "last_seen", "first_seen", "expected_end"), at)
    zone |= {"id": str(uuid4()), "live": True, "simulated": True, "kinds": [], "devices": 1}
    zone |= {"p": 1, "half_life": 1e6, "length_m": 100, "line": [[*COW], [COW[0] + 0.02, COW[1]]]}
    page.route(
        "**/map/workzones/*.json",
        lambda route: route.fulfill(json={"zone": zone, "road": "", "devices": devices}),
    )
    place = f"#map=15/{COW[1]}/{COW[0] + 0.02}"
    with page.expect_response("**/map/hazards.json*") as answer:
        open_map(page, f"/{place}")
    devices = [one for one in answer.value.json()["hazards"] if one["id"] == str(herd[0])]
    page.goto("about:blank")
    open_map(page, f"/?zone={zone['id']}{place}")
    device = page.locator(f"#panel [data-hazard='{herd[0]}']")
    device.focus()
    refreshed(page, without=herd[1:])
    expect(page.locator(f"#list [data-hazard='{herd[1]}']")).to_have_count(0)
    expect(device).to_be_focused()
