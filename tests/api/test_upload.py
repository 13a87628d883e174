"""Uploads that are taken: what they need, and what the same bytes get a second time."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from threading import Barrier
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connections
from django.test import Client
from PIL import Image

from hazardmap.accounts.services import device_create, device_revoke
from hazardmap.capture.models import Frame
from hazardmap.capture.services import originals_sweep
from hazardmap.core.ids import uuid7
from tests.capture_scene import GPS, driver, gps_tags, here, picture, send, stored_originals
from tests.problems import assert_problem

pytestmark = pytest.mark.django_db


def test_a_frame_with_all_in_its_exif_is_accepted(client):
    _, device = driver()
    at = datetime.now(UTC).replace(microsecond=250_000) - timedelta(minutes=3)
    tags = gps_tags(-122.6765, -45.5231, at) | {
        GPS.GPSImgDirection: 271.5,
        GPS.GPSImgDirectionRef: "T",
        GPS.GPSSpeed: 36.0,
        GPS.GPSSpeedRef: "K",
        GPS.GPSHPositioningError: 3.5,
    }
    image = picture(gps=tags)
    answer = send(client, device.token, image)
    assert answer.status_code == 202
    receipt = answer.json()
    assert receipt["state"] == "received"
    assert answer["Location"] == receipt["status_url"]
    assert receipt["status_url"] == f"http://testserver/api/v1/frames/{receipt['id']}"
    frame = Frame.objects.get(id=receipt["id"])
    assert (frame.position.x, frame.position.y) == pytest.approx((-122.6765, -45.5231), abs=1e-8)
    assert frame.captured_at == at
    assert (frame.heading_deg, frame.speed_mps, frame.accuracy_m) == pytest.approx((271.5, 10, 3.5))
    with default_storage.open(frame.original) as stored:
        assert stored.read() == image


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_format_may_carry_its_place(client, kind):
    _, device = driver()
    answer = send(client, device.token, picture(kind=kind, gps=gps_tags(24.94, 60.17)))
    assert answer.status_code == 202, answer.content


def test_a_frame_without_exif_may_carry_metadata(client):
    _, device = driver()
    file = BytesIO()
    Image.new("RGB", (32, 32)).save(file, "JPEG")
    said = here(speed_mps=12.5, accuracy_m=4, hfov_deg=70, provenance="position_simulated")
    answer = send(client, device.token, file.getvalue(), said)
    assert answer.status_code == 202
    frame = Frame.objects.get()
    assert (frame.position.x, frame.position.y) == (24.94, 60.17)
    assert (frame.heading_deg, frame.speed_mps) == (90, 12.5)
    assert (frame.accuracy_m, frame.hfov_deg) == (4, 70)
    assert frame.provenance == "position_simulated"


def test_metadata_goes_before_exif_and_a_position_is_never_mixed(client):
    _, device = driver()
    tags = gps_tags(10.0, 50.0) | {GPS.GPSImgDirection: 10.0, GPS.GPSHPositioningError: 1.0}
    answer = send(client, device.token, picture(gps=tags), {"lon": 11.0, "lat": 51.0})
    assert answer.status_code == 202
    frame = Frame.objects.get()
    assert (frame.position.x, frame.position.y) == (11.0, 51.0)
    assert frame.accuracy_m == 8.0, "the EXIF's accuracy is of another position"
    assert frame.heading_deg == 10.0
    answer = send(client, device.token, picture(gps=tags), {"lon": 11.0})
    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {"pointer": "#/metadata/lat", "detail": "missing: a position needs lon and lat"}
    ]


def test_exactly_20_megabytes_is_not_too_large(client):
    _, device = driver()
    image = picture()
    image += b"\0" * (20_000_000 - len(image))
    assert send(client, device.token, image, here()).status_code == 202
    assert Frame.objects.count() == 1


def test_the_same_bytes_again_are_the_first_frame(client):
    owner, device = driver()
    image = picture()
    first = send(client, device.token, image, here())
    again = send(client, device.token, image, here(lat=61))
    other_device = device_create(owner=owner, name="second phone")
    elsewhere = send(client, other_device.token, image)
    assert (first.status_code, again.status_code, elsewhere.status_code) == (202, 200, 200)
    assert first.json() == again.json() == elsewhere.json()
    assert Frame.objects.count() == 1
    assert len(stored_originals()) == 1


def test_the_same_bytes_from_another_account_are_another_frame(client):
    """Nothing in the answer tells that somebody else has sent them."""
    image = picture()
    first = send(client, driver("aino")[1].token, image, here())
    other = send(client, driver("ben")[1].token, image, here())
    assert (first.status_code, other.status_code) == (202, 202)
    assert first.json()["id"] != other.json()["id"]
    assert first.json().keys() == other.json().keys()
    assert len(stored_originals()) == 2


@pytest.mark.parametrize("reason", ["original_lost", "not_processed_in_time"])
def test_what_was_lost_here_may_be_sent_again(client, reason):
    _, device = driver()
    image, long_ago = picture(), uuid7(datetime.now(UTC) - timedelta(hours=25), bytes(10))
    send(client, device.token, image, here())
    default_storage.delete(Frame.objects.get().original)
    Frame.objects.update(id=long_ago, state="rejected", reason=reason, original="")
    again = send(client, device.token, image, here())
    assert (again.status_code, again.json()["state"]) == (202, "received")
    frame = Frame.objects.get()
    assert (str(frame.id), frame.reason) == (again.json()["id"], "")
    assert originals_sweep() == 0, "it has only just come"
    assert default_storage.exists(frame.original)
    assert send(client, device.token, image, here()).status_code == 200


def test_what_was_looked_at_and_rejected_stays_so(client):
    _, device = driver()
    image = picture()
    first = send(client, device.token, image, here())
    Frame.objects.update(state="rejected", reason="truncated")
    again = send(client, device.token, image, here())
    assert (again.status_code, again.json()["state"]) == (200, "rejected")
    assert again.json()["id"] == first.json()["id"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lost", [False, True])
def test_two_uploads_of_the_same_bytes_at_once_are_one_frame(lost):
    _, device = driver()
    image, ready = picture(), Barrier(4)
    if lost:
        send(Client(), device.token, image, here())
        default_storage.delete(Frame.objects.get().original)
        Frame.objects.update(state="rejected", reason="original_lost", original="")

    def upload(_: int) -> tuple[int, str]:
        try:
            ready.wait(10)
            answer = send(Client(), device.token, image, here())
            return answer.status_code, answer.json()["id"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(upload, range(4)))
    assert sorted(code for code, _ in answers) == [200, 200, 200, 202]
    assert len({frame for _, frame in answers}) == 1
    assert Frame.objects.count() == 1
    assert len(stored_originals()) == 1


def test_one_reads_what_became_of_ones_own_frames_only(client):
    owner, device = driver("aino")
    frame = send(client, device.token, picture(), here()).json()["id"]

    def status(token: str, query: str = "") -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        return client.get(f"/api/v1/frames/{frame}{query}", headers=headers)

    assert_problem(status(device.token, "?fields=state"), 400, "fields", "is no parameter here")
    mine = status(device.token)
    assert mine.status_code == 200
    assert mine.json()["state"] == "received"
    assert mine.json()["reason"] == ""
    Frame.objects.update(state="rejected", reason="truncated")
    assert status(device.token).json()["reason"] == "truncated"
    foreign = status(driver("ben")[1].token)
    assert foreign.status_code == 404
    assert foreign["Content-Type"] == "application/problem+json"
    device_revoke(owner=owner, device_id=device.device_id)
    assert status(device.token).status_code == 401


def test_an_upload_does_not_wait_for_a_dead_broker(tmp_path):
    """The hint that wakes a worker is given up at once; the schedule finds the frame."""
    script = (
        "import time, django; django.setup(); import hazardmap.celery\n"
        "from hazardmap.inference.services import detect_hint\n"
        "started = time.monotonic(); detect_hint(); print(time.monotonic() - started)"
    )
    environment = {
        **os.environ,
        "REDIS_URL": f"unix://{tmp_path}/nobody.sock?db=0",
        "DJANGO_SETTINGS_MODULE": "hazardmap.settings",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 10
