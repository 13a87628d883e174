"""The phone page with a pretended camera and position, against the real upload endpoint."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import PHONE
from tests.browser.driving import START, STEP_LAT, drive, set_off
from tests.stack import wait_for

PROBLEM = "application/problem+json"
RUN = ("Start", "Stop")


def frames(stack):
    """Latitudes of the frames that this phone has sent, in order of capture."""
    rows = stack.query(
        "SELECT ST_Y(f.position::geometry), f.accuracy_m FROM capture_frame f "
        "JOIN accounts_device d ON d.id = f.device_id WHERE d.name = 'Test phone' "
        "AND ST_X(f.position::geometry) BETWEEN 23.49 AND 23.51 ORDER BY f.captured_at"
    )
    return [lat for lat, accuracy_m in rows if accuracy_m == 4]


def test_a_drive_becomes_frames_on_the_server_also_after_a_tunnel(phone, stack):
    before = len(frames(stack))
    set_off(phone)
    expect(phone.locator("#state")).to_have_text("Recording")
    expect(phone.locator("#sent")).to_have_text("1")
    drive(phone, [1, 2])
    wait_for("three frames", lambda: len(frames(stack)) - before >= 3, timeout_s=20)
    phone.context.set_offline(True)
    drive(phone, [3, 4])
    expect(phone.locator("#queued")).to_have_text("2")
    expect(phone.locator("#state")).to_have_text(re.compile("No connection"))
    phone.context.set_offline(False)
    expect(phone.locator("#queued")).to_have_text("0")
    expect(phone.locator("#sent")).to_have_text("5")
    phone.get_by_role("button", name="Stop").click()
    expect(phone.locator("#state")).to_have_text("Ready")
    drive(phone, [5])
    sent = frames(stack)[before:]
    assert sent == pytest.approx([START[0] + step * STEP_LAT for step in range(5)], abs=1e-7)


def test_standing_still_takes_one_frame_only(phone):
    set_off(phone)
    expect(phone.locator("#sent")).to_have_text("1")
    drive(phone, [0.1, 0.2, 0.3])
    phone.wait_for_timeout(500)
    expect(phone.locator("#sent")).to_have_text("1")


def test_a_refused_frame_is_dropped_with_the_reason(phone):
    rule = '{"pointer": "#/metadata/captured_at", "detail": "is more than 5 minutes in the future"}'
    problem = f'{{"detail": "metadata/captured_at: is more than …", "errors": [{rule}]}}'
    phone.route(
        "**/api/v1/frames",
        lambda route: route.fulfill(status=400, body=problem, content_type=PROBLEM),
    )
    set_off(phone)
    expect(phone.locator("#refused")).to_have_text("1")
    expect(phone.locator("#problem")).to_contain_text("the clock of this phone is wrong")
    expect(phone.locator("#queued")).to_have_text("0")


ABORTED = """() => {
  window.full = true;
  const put = IDBObjectStore.prototype.add;
  IDBObjectStore.prototype.add = function (...what) {
    const request = put.apply(this, what);
    request.addEventListener('success', () => window.full && this.transaction.abort());
    return request;
  };
}"""  # as a full disk does: the request succeeds, its transaction does not


def test_a_frame_that_the_phone_could_not_keep_is_told_and_not_counted(phone):
    phone.evaluate(ABORTED)
    phone.route("**/api/v1/frames", lambda route: route.fulfill(status=503))
    set_off(phone)
    expect(phone.locator("#problem")).to_contain_text("IndexedDB failed")
    expect(phone.locator("#queued")).to_have_text("0")
    phone.evaluate("window.full = false")
    drive(phone, [1])
    expect(phone.locator("#queued")).to_have_text("1")
    expect(phone.locator("#problem")).to_be_hidden()


def test_warnings_do_not_wait_for_a_camera_that_another_app_has(phone):
    phone.evaluate("{ navigator.mediaDevices.getUserMedia = () => new Promise(() => {}); 0 }")
    phone.get_by_role("button", name="Start").click()
    expect(phone.locator("#ahead-state")).to_contain_text("Drive on")
    expect(phone.locator("#state")).to_have_text("Starting …")
    phone.get_by_role("button", name="Stop").click()
    expect(phone.get_by_role("button", name="Start")).to_be_enabled()


OPENED = """
const open = IDBFactory.prototype.open;
IDBFactory.prototype.open = function (...what) {
  const request = open.apply(this, what);
  request.addEventListener('success', () => (window.kept = request.result));
  return request;
};
"""


def test_a_store_that_the_browser_has_closed_is_opened_again(phone):
    phone.add_init_script(OPENED)
    phone.reload()
    expect(phone.locator("#cockpit")).to_be_visible()
    phone.evaluate("window.kept.close()")
    set_off(phone)
    expect(phone.locator("#sent")).to_have_text("1")
    expect(phone.locator("#problem")).to_be_hidden()


def test_a_paired_phone_warns_without_recording_when_that_is_switched_off(phone):
    phone.get_by_role("button", name="Record: on").click()
    phone.reload()
    expect(phone.get_by_role("button", name="Record: off")).to_be_visible()
    phone.get_by_role("button", name="Start").click()
    expect(phone.locator("#state")).to_have_text("Not recording")
    drive(phone, [0, 1])
    assert not phone.evaluate("document.querySelector('#preview').srcObject")
    phone.get_by_role("button", name="Record: off").click()
    drive(phone, [2])
    expect(phone.locator("#state")).to_have_text("Recording")
    expect(phone.locator("#sent")).to_have_text("1")


TRACK = "document.querySelector('#preview').srcObject.getVideoTracks()[0]"


@pytest.mark.parametrize(
    "gone",
    [
        f"{TRACK}.stop()",  # found out with the next frame
        f"{TRACK}.dispatchEvent(new Event('ended'))",
        f"{TRACK}.dispatchEvent(new Event('mute'))",
    ],
)
def test_a_lost_camera_ends_the_recording_and_says_so(phone, gone):
    set_off(phone)
    expect(phone.locator("#sent")).to_have_text("1")
    expect(phone.locator("#state")).to_have_text("Recording")
    phone.evaluate(gone)
    if "stop" in gone:
        drive(phone, [1])
    expect(phone.locator("#problem")).to_contain_text("There is no camera")
    expect(phone.locator("#state")).to_have_text("Not recording: stop and start again")
    sent = phone.locator("#sent").text_content()
    drive(phone, [2, 3])
    assert phone.locator("#sent").text_content() == sent
    assert phone.locator("#queued").text_content() == "0"
    assert phone.evaluate("window.said").count("Recording has stopped.") == 1
    phone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # it is in front again
    expect(phone.locator("#state")).to_have_text("Recording")
    expect(phone.locator("#problem")).to_be_hidden()
    drive(phone, [4])
    expect(phone.locator("#sent")).to_have_text(str(int(sent) + 1))


def test_a_lost_camera_is_not_hidden_by_a_lost_network(phone):
    set_off(phone)
    expect(phone.locator("#sent")).to_have_text("1")
    phone.context.set_offline(True)
    drive(phone, [1])
    expect(phone.locator("#state")).to_have_text(re.compile("No connection"))
    phone.evaluate(f"{TRACK}.dispatchEvent(new Event('ended'))")
    expect(phone.locator("#state")).to_have_text("Not recording: stop and start again")


def test_a_phone_stays_paired_and_drives_in_one_tab_at_a_time(phone):
    phone.reload()
    expect(phone.locator("#cockpit")).to_be_visible()
    expect(phone.locator("#pair")).to_be_hidden()
    other = phone.context.new_page()
    other.goto("/drive/")
    start, stop = ([one.get_by_role("button", name=name) for one in (phone, other)] for name in RUN)
    start[0].click()
    expect(stop[0]).to_be_visible()
    asked = other.get_by_role("dialog", name="Another tab is driving")
    start[1].click()
    expect(asked).to_be_visible()
    other.keyboard.press("Escape")
    expect(start[1]).to_be_visible()
    expect(stop[0]).to_be_visible()
    start[1].click()
    asked.get_by_role("button", name="Drive here instead").click()
    expect(stop[1]).to_be_visible()
    expect(phone.locator("#problem")).to_contain_text("Driving goes on in another tab")
    other.close()
    start[0].click()
    expect(stop[0]).to_be_visible()
    expect(phone.locator("#problem")).to_be_hidden()


def test_two_tabs_send_what_waits_once(phone):
    """A repeated frame is known to the server, but it is the driver's data that it has cost."""
    under_way: list[Route] = []
    site = "refuses"

    def answer(route: Route) -> None:
        if site == "refuses":
            route.fulfill(status=503)
        elif site == "waits":
            under_way.append(route)
        else:
            route.continue_()

    phone.context.route("**/api/v1/frames", answer)
    set_off(phone)
    drive(phone, [1])
    expect(phone.locator("#queued")).to_have_text("2")
    other = phone.context.new_page()
    other.goto("/drive/")
    expect(other.locator("#queued")).to_have_text("2")
    site = "waits"
    for tab in (phone, other):
        tab.evaluate("window.dispatchEvent(new Event('online'))")
    phone.wait_for_timeout(500)
    assert len(under_way) == 1
    site = "answers"
    under_way[0].continue_()
    for tab in (phone, other):
        expect(tab.locator("#queued")).to_have_text("0")
    assert sum(int(tab.locator("#sent").text_content()) for tab in (phone, other)) == 2


NO_CAMERA = """() => {
  const refused = new DOMException('', 'NotAllowedError');
  navigator.mediaDevices.getUserMedia = () => Promise.reject(refused);
}"""


def test_without_the_permission_it_says_what_to_do(new_page, phone):
    phone.context.clear_permissions()
    phone.context.grant_permissions([])
    phone.evaluate(NO_CAMERA)
    phone.get_by_role("button", name="Start").click()
    expect(phone.locator("#problem")).to_contain_text("The camera was not allowed. Allow it")
    expect(phone.locator("#place-problem")).to_contain_text("The position was not allowed. Allow")
    assert phone.evaluate("window.said").pop() == "Warnings have stopped."


def test_who_records_nothing_is_not_asked_for_a_camera(new_page):
    page = new_page(viewport=PHONE, permissions=[])
    page.goto("/drive/")
    page.get_by_role("button", name="Start", exact=True).click()
    told = page.get_by_role("alert").filter(visible=True)
    expect(told).to_have_count(1)
    expect(told).to_contain_text("position was not allowed")
    expect(told).not_to_contain_text("camera")
