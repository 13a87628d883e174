"""The phone page with a pretended camera and position, against the real upload endpoint."""

import re

import pytest
from playwright.sync_api import expect
from redis import Redis

from tests.browser.conftest import PHONE
from tests.stack import wait_for

PROBLEM = "application/problem+json"
STEP_LAT = 0.0001  # 11 metres north
START = (61.3, 23.5)
LISTENING = """
window.said = [];
speechSynthesis.speak = (utterance) => window.said.push(utterance.text);
"""
RUN = ("Start", "Stop")
HOME = -20  # steps: 220 metres before START, farther than nothing is recorded


@pytest.fixture
def new_code(stack):
    """Makes pairing codes of the first demo contributor."""
    email = stack.accounts["logins"][0]["email"]
    script = (
        "from hazardmap.accounts.models import User; "
        "from hazardmap.accounts.services import pairing_code_create; "
        f"print(pairing_code_create(owner=User.objects.get(email={email!r})).code)"
    )
    tries = Redis.from_url(stack.environment["REDIS_URL"])

    def made():
        # All phones of this file share an address, which may try ten codes in five minutes.
        for key in tries.scan_iter("*bucket:pair:*"):
            tries.delete(key)
        return stack.run(script).split()[-1]

    return made


@pytest.fixture
def phone(new_page, new_code):
    """A phone that has been paired, a little before START."""
    page = new_page(
        viewport=PHONE,
        permissions=["geolocation", "camera"],
        geolocation=_position(HOME),
    )
    page.add_init_script(LISTENING)
    page.goto("/drive/")
    pair(page, new_code())
    return page


def pair(page, code):
    page.get_by_label("Pairing code").fill(code.lower())
    page.get_by_label("Name of this phone").fill("Test phone")
    page.get_by_role("button", name="Pair", exact=True).click()
    expect(page.locator("#cockpit")).to_be_visible()


def set_off(page):
    """Start a drive, and come to START: the first frame is taken there."""
    page.context.set_geolocation(_position(HOME))
    page.get_by_role("button", name="Start").click()
    expect(page.locator("#state")).to_contain_text("Recording begins")
    page.context.set_geolocation(_position(0))


def _position(step):
    return {"latitude": START[0] + step * STEP_LAT, "longitude": START[1], "accuracy": 4}


def drive(page, steps):
    """Move 11 metres at a time, slower than the shortest pause between two frames."""
    for step in steps:
        page.wait_for_timeout(1200)
        page.context.set_geolocation(_position(step))


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


def revoke(stack):
    script = (
        "from hazardmap.accounts.models import Device; from django.utils import timezone; "
        "Device.objects.filter(name='Test phone').update(revoked_at=timezone.now())"
    )
    stack.run(script)


@pytest.fixture
def revoked(phone, stack):
    """A phone that has been revoked, and that has taken one more frame before it knew."""
    revoke(stack)
    set_off(phone)
    expect(phone.get_by_role("heading", name="Pair this phone")).to_be_visible()
    return phone


def test_a_revoked_phone_stops_recording_and_asks_to_be_paired_again(revoked):
    expect(revoked.locator("#pair-error")).to_contain_text("not paired any more")
    assert not revoked.evaluate("document.querySelector('#preview').srcObject")
    drive(revoked, [1, 2])
    expect(revoked.locator("#left")).to_contain_text("1 frame of an earlier pairing waits")
    revoked.reload()
    expect(revoked.locator("#left")).to_contain_text("1 frame of an earlier pairing waits")
    revoked.get_by_role("button", name="Delete them").click()
    expect(revoked.locator("#left")).to_be_hidden()
    assert revoked.locator("#queued").text_content() == "0"


@pytest.mark.parametrize(("answer", "sent"), [("They are mine: send them", 1), ("Delete them", 0)])
def test_frames_of_an_earlier_pairing_are_sent_only_after_asking(revoked, new_code, answer, sent):
    taken: list[int] = []
    revoked.on(
        "response",
        lambda answer: (
            taken.append(answer.status)
            if answer.url.endswith("/api/v1/frames") and answer.ok
            else None
        ),
    )
    pair_again = revoked.get_by_role("button", name="Pair", exact=True)
    revoked.get_by_label("Pairing code").fill(new_code())
    revoked.get_by_label("Name of this phone").fill("Test phone")
    pair_again.click()
    asked = revoked.get_by_role("dialog", name="Are these frames yours?")
    expect(asked).to_contain_text("1 frame of an earlier pairing waits")
    revoked.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    expect(pair_again).to_be_visible()
    pair_again.click()
    asked.get_by_role("button", name=answer).click()
    expect(revoked.locator("#cockpit")).to_be_visible()
    expect(revoked.locator("#queued")).to_have_text("0")
    expect(revoked.locator("#sent")).to_have_text(str(sent))
    assert len(taken) == sent


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


def test_the_link_of_the_account_page_brings_the_code_along(new_page, stack, new_code):
    page = new_page(viewport=PHONE)
    code = new_code()
    page.goto(f"/drive/#code={code}")
    expect(page.get_by_label("Pairing code")).to_have_value(code)
    assert page.url == f"{stack.url}/drive/"
    page.get_by_role("button", name="Pair", exact=True).click()
    expect(page.locator("#cockpit")).to_be_visible()


def test_frames_that_wait_are_deleted_only_after_asking(phone):
    phone.route("**/api/v1/frames", lambda route: route.fulfill(status=503))
    set_off(phone)
    expect(phone.locator("#queued")).to_have_text("1")
    phone.get_by_text("This phone", exact=True).click()
    unpair = phone.get_by_role("button", name="Unpair this phone")
    unpair.click()
    asked = phone.get_by_role("dialog", name="Unpair this phone")
    expect(asked).to_contain_text("1 frame still waits on this phone")
    phone.keyboard.press("Escape")
    expect(phone.locator("#queued")).to_have_text("1")
    expect(phone.get_by_role("button", name="Stop")).to_be_visible()
    unpair.click()
    asked.get_by_role("button", name="Unpair and delete the frames").click()
    expect(phone.get_by_role("heading", name="Pair this phone")).to_be_visible()
    expect(phone.locator("#queued")).to_have_text("0")


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


def test_a_wrong_code_says_so(new_page):
    page = new_page(viewport=PHONE)
    page.goto("/drive/")
    page.get_by_label("Pairing code").fill("WRONGONE")
    page.get_by_role("button", name="Pair", exact=True).click()
    expect(page.locator("#pair-error")).to_contain_text("unknown, used or older than 5 minutes")


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


def test_who_records_nothing_is_not_asked_for_a_camera(new_page):
    page = new_page(viewport=PHONE, permissions=[])
    page.goto("/drive/")
    page.get_by_role("button", name="Start", exact=True).click()
    told = page.get_by_role("alert").filter(visible=True)
    expect(told).to_have_count(1)
    expect(told).to_contain_text("position was not allowed")
    expect(told).not_to_contain_text("camera")
