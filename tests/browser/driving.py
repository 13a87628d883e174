"""A pretended drive: a phone is paired, sets off, and moves along a meridian."""

from collections.abc import Iterable

from playwright.sync_api import Geolocation, Page, expect

STEP_LAT = 0.0001  # 11 metres north
START = (61.3, 23.5)
HOME = -20  # steps: 220 metres before START, farther than nothing is recorded


def pair(page: Page, code: str) -> None:
    page.get_by_label("Pairing code").fill(code.lower())
    page.get_by_label("Name of this phone").fill("Test phone")
    page.get_by_role("button", name="Pair", exact=True).click()
    expect(page.locator("#cockpit")).to_be_visible()


def position(step: float) -> Geolocation:
    """So many steps beyond START."""
    return {"latitude": START[0] + step * STEP_LAT, "longitude": START[1], "accuracy": 4.0}


def set_off(page: Page) -> None:
    """Start a drive, and come to START: the first frame is taken there."""
    page.context.set_geolocation(position(HOME))
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#state")).to_contain_text("Recording begins")
    page.context.set_geolocation(position(0))


def drive(page: Page, steps: Iterable[float]) -> None:
    """Move 11 metres at a time, slower than the shortest pause between two frames."""
    for step in steps:
        page.wait_for_timeout(1200)
        page.context.set_geolocation(position(step))
