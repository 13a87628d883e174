"""Whoever goes by keys is never put back to the beginning of the page."""

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
