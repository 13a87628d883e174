"""Pictures of another camera, sent from the page that a device is paired at."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.capture_scene import gps_tags, picture

UPLOAD = "**/api/v1/frames"


def file(name, content, kind="image/jpeg"):
    return {"name": name, "mimeType": kind, "buffer": content}


def placed(number):
    return file(f"IMG_{number}.jpg", picture(gps=gps_tags(24.94, 60.17 + number / 1000)))


@pytest.fixture
def page(phone):
    """A paired phone that looks at where pictures are sent."""
    phone.get_by_text("Pictures of another camera").click()
    return phone


def choose(page, *files):
    page.get_by_label("Pictures", exact=True).and_(page.locator("input")).set_input_files(files)


def test_what_is_chosen_is_sent_and_what_cannot_be_is_said_by_name(page, stack):
    before = frames(stack)
    lost = file("lost.jpg", picture())
    choose(page, placed(1), lost, file("notes.txt", b"no picture", "text/plain"), placed(2))
    state = page.locator("#files-state")
    expect(state).to_have_text("2 sent, 2 refused.")
    refused = page.locator("#files-refused")
    expect(refused).to_contain_text("lost.jpg: it does not say where it was taken")
    expect(refused).to_contain_text("notes.txt: it is no JPEG, PNG or WebP")
    assert frames(stack) == before + 2
    assert violations(page) == []
    choose(page, placed(3))
    expect(state).to_have_text("1 sent.")
    expect(refused).to_be_empty()


def test_what_waits_for_a_network_is_sent_when_it_is_back(page):
    page.context.route(UPLOAD, lambda route: route.abort())
    choose(page, placed(4), placed(5))
    state = page.locator("#files-state")
    expect(state).to_contain_text("picture 1 of 2 waits")
    page.context.unroute(UPLOAD)
    expect(state).to_have_text("2 sent.")


def test_sending_can_be_stopped_and_a_picture_on_which_the_site_fails_holds_up_no_other(page):
    failing = {"status": 500, "content_type": "application/problem+json", "body": "{}"}
    tries = []

    def answer(route):
        tries.append(route)
        if len(tries) <= 3:
            route.fulfill(**failing)
        else:
            route.abort()

    page.context.route(UPLOAD, answer)
    choose(page, placed(6), placed(7), placed(8))
    expect(page.locator("#files-refused")).to_contain_text("IMG_6.jpg: the site fails on it")
    expect(page.locator("#files-state")).to_contain_text("picture 2 of 3 waits")
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator("#files-state")).to_have_text("0 sent, 1 refused, 2 not sent.")
    page.context.unroute(UPLOAD)


def frames(stack):
    return stack.query("SELECT count(*) FROM capture_frame")[0][0]
