"""The five tasks of somebody new, each in as few steps as docs/benchmarks/web.md says."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, open_map
from tests.browser.five_tasks import Person, by_keys, by_pointer

PLACE = (23.6605, 61.3508)
AWAY = (23.6605, 61.3598)  # a kilometre to the north, where the zone is out of sight
SHOTS = Path(os.environ["HAZARDMAP_VAR"]) / "screenshots" / "five-tasks"
STEPS = {
    "nearest work zone": 1,
    "how old is it": 0,
    "share it": 1,
    "report a picture of it": 4,
}


@pytest.fixture(scope="module")
def zone(stack, place_hazard):
    """One with a picture to report: of a pothole, since zones without their cones are ended."""
    lon, lat = PLACE
    pothole = place_hazard("pothole", lon, lat)
    code = (
        "from uuid import UUID; from tests.map_scene import put_zone; "
        f"print(put_zone(({lon}, {lat}), ({lon + 0.0016}, {lat}), "
        f"hazard_ids=(UUID('{pothole}'), UUID(int=2))))"
    )
    return stack.run(code).split()[-1]


@pytest.mark.parametrize(("size", "viewport"), [("desktop", DESKTOP), ("phone", PHONE)])
def test_with_a_mouse_or_a_finger(new_page, zone, size, viewport):
    SHOTS.mkdir(parents=True, exist_ok=True)
    page = new_page(viewport=viewport, permissions=["clipboard-read", "clipboard-write"])
    open_map(page, f"/#map=16/{AWAY[1]}/{AWAY[0]}")
    expect(page.locator("#list-count")).to_have_text("0 hazards in view")
    assert by_pointer(Person(page, SHOTS, size)) == STEPS
    assert zone in page.evaluate("navigator.clipboard.readText()")


def test_by_keys_alone(new_page, zone):
    SHOTS.mkdir(parents=True, exist_ok=True)
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    open_map(page, f"/#map=16/{AWAY[1]}/{AWAY[0]}")
    expect(page.locator("#list-count")).to_have_text("0 hazards in view")
    assert by_keys(Person(page, SHOTS, "keys")) == STEPS | {"report a picture of it": 5}
