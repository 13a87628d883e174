"""The review queue under the keys of a moderator, in a real browser."""

import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from hazardmap.accounts.models import User
from hazardmap.hazards.image_selectors import images_of
from hazardmap.hazards.models import Hazard
from hazardmap.moderation.models import Decision
from hazardmap.moderation.report_models import ImageReport
from hazardmap.moderation.services import decide, report_file
from tests.moderation_scene import three_hazards

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def three():
    return three_hazards()


@pytest.fixture
def session():
    client = Client()
    client.force_login(User.objects.create_superuser("moderator@x.example", "a long password"))
    return client.cookies["sessionid"].value


@pytest.fixture
def page(three, session, live_server, browser_beside_django):
    with browser_beside_django.new_context() as context:
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text))
        page.goto(f"{live_server.url}/admin/queue/")
        yield page
    assert not [words for words in complaints if "Content Security Policy" in words]
    assert not [words for words in complaints if "Error" in words]


def test_a_moderator_works_through_the_queue_without_a_mouse(page, three):
    title = page.get_by_role("heading", level=1)
    expect(title).to_contain_text("Cattle")
    expect(title).to_be_focused()
    page.keyboard.press("a")
    expect(title).to_contain_text("Dog")
    expect(title).to_be_focused()
    expect(page.locator("#last-decision")).to_contain_text("Confirmed cattle")
    page.keyboard.press("u")
    expect(title).to_contain_text("Cattle")
    page.keyboard.press("j")
    expect(title).to_contain_text("Dog")
    page.keyboard.press("k")
    expect(title).to_contain_text("Cattle")
    page.keyboard.press("r")
    page.keyboard.press("1")
    expect(page.locator("#last-decision")).to_contain_text("Rejected cattle: nothing is there")
    page.keyboard.press("e")
    page.get_by_role("button", name="cat", exact=True).press("Enter")
    expect(page.locator("#last-decision")).to_contain_text("Relabelled dog as cat")
    page.keyboard.press("s")
    expect(title).to_contain_text("Traffic cone")
    page.keyboard.press("a")
    expect(title).to_contain_text("Nothing waits for review")
    assert dict(Hazard.objects.values_list("id", "kind"))[three[1]] == "cat"
    decisions = [(d.action, d.undone_at is None) for d in Decision.objects.order_by("at")]
    assert decisions == [
        ("confirm", False),
        ("reject", True),
        ("relabel", True),
        ("confirm", True),
    ]


def test_keys_do_nothing_in_text_fields_and_when_switched_off(page):
    title = page.get_by_role("heading", level=1)
    page.keyboard.press("1")  # the reasons are closed: no reason can be given
    page.keyboard.press("r")
    page.locator("#other-reason").press_sequentially("as a bus")
    expect(page.locator("#other-reason")).to_have_value("as a bus")
    page.keyboard.press("Escape")
    page.get_by_label("Single-letter keys").uncheck()
    title.focus()
    page.keyboard.press("a")
    page.keyboard.press("s")
    page.reload()
    expect(page.get_by_label("Single-letter keys")).not_to_be_checked()
    expect(page.locator("kbd:visible")).to_have_count(0)
    expect(title).to_contain_text("Cattle")
    assert not Decision.objects.exists()


def test_a_key_shows_where_it_is(page, three):
    with page.context.expect_page() as shown:
        page.keyboard.press("m")
    assert shown.value.url.endswith(f"/?hz={three[0]}")


def test_boxes_lie_where_the_detector_saw_them_and_can_be_hidden(page):
    picture = page.locator(".pictures .boxed-image > img").bounding_box()
    box = page.locator(".pictures .strong rect").first.bounding_box()
    assert picture is not None
    assert box is not None
    middle = (box["x"] + box["width"] / 2 - picture["x"]) / picture["width"]
    assert middle == pytest.approx(0.5, abs=0.02)  # it stands straight ahead
    assert box["y"] > picture["y"]
    page.keyboard.press("b")
    expect(page.locator(".pictures .boxes")).to_be_hidden()
    page.keyboard.press("b")
    expect(page.locator(".pictures .boxes")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("a")  # the help is open: nothing else listens
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert not Decision.objects.exists()


def test_on_a_reported_picture_keys_are_about_the_report(page, three, live_server):
    frame = images_of(three[0], hidden=True)[0].frame_id
    report_file(frame_id=frame, reason="wrong_kind", hazard_id=three[0])
    page.keyboard.press("r")
    page.keyboard.press("1")
    expect(page.locator("#last-decision")).to_contain_text("Rejected cattle")
    page.goto(f"{live_server.url}/admin/reports/{frame}/")
    expect(page.locator(".pictures .boxes text")).to_have_text("cattle 80%")
    expect(page.locator(".pictures .boxes text")).to_be_visible()
    page.keyboard.press("b")
    expect(page.locator(".pictures .boxes")).to_be_hidden()
    page.keyboard.press("2")
    expect(page.get_by_text("Decided: the map has been corrected.")).to_be_visible()
    page.keyboard.press("?")
    help_shown = page.get_by_role("dialog")
    expect(help_shown).to_contain_text("Decide at once")
    expect(help_shown).not_to_contain_text("Relabel")
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    expect(page.get_by_text("Taken back: 1 wait again.")).to_be_visible()
    assert ImageReport.objects.get().decision == ""
    assert Decision.objects.get().undone_at is None


def test_the_audit_list_has_room_for_its_reasons(page, three, live_server):
    """Beside its filters, as wide as a small laptop, with seconds; nothing lies beyond the edge."""
    moderator = User.objects.get(email="moderator@x.example")
    reason = "nothing is there but a shadow of a tree, and the next day not even that " * 2
    decide(moderator=moderator, hazard_id=three[0], action="reject", reason=reason.strip())
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{live_server.url}/admin/moderation/auditentry/")
    expect(page.locator("td.field-reason")).to_be_visible()
    list_ = page.locator("#changelist .results")
    assert list_.evaluate("it => it.scrollWidth <= it.clientWidth")
    when = page.locator("#result_list tbody th")
    expect(when).to_have_text(re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"))
