"""Uploads that are refused at once: a problem that names field and rule, and nothing stored."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hazardmap.accounts.services import (
    device_revoke,
    key_create,
    organisation_create,
)
from tests.capture_scene import (
    GPS,
    assert_nothing_stored,
    driver,
    gps_tags,
    here,
    picture,
    png_header,
    send,
)
from tests.problems import assert_problem, place_of

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.mark.parametrize(
    ("image", "rule"),
    [
        (b"", "not a JPEG, PNG or WebP"),
        (b"GIF89a" + b"\0" * 100, "not a JPEG, PNG or WebP"),
        (b"%PDF-1.7\n", "not a JPEG, PNG or WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a JPEG, PNG or WebP"),
        (b"\xff\xd8\xff", "not a JPEG, PNG or WebP"),
        (b"\x89PNG\r\n\x1a\n", "not a JPEG, PNG or WebP"),
        (png_header(0, 10), "not a JPEG, PNG or WebP"),
        (png_header(7072, 7072), "50 megapixels"),
        (png_header(20_000, 20_000), "50 megapixels"),
        (png_header(2**31 - 1, 2**31 - 1), "50 megapixels"),
    ],
)
def test_what_is_no_picture_or_too_many_pixels(client, token, image, rule):
    assert_problem(send(client, token, image, here()), 400, "#/image", rule)
    assert_nothing_stored()


def test_fifty_megapixels_are_allowed(client, token):
    assert send(client, token, png_header(10_000, 5_000), here()).status_code == 202


def test_one_byte_over_20_megabytes(client, token):
    image = picture()
    image += b"\0" * (20_000_001 - len(image))
    assert_problem(send(client, token, image, here()), 413, "#/image", "larger than 20 MB")
    assert_nothing_stored()


def test_a_body_that_says_it_is_far_too_large_is_not_read(token):
    class Unread:
        def read(self, *_: int) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    answer = Client().generic(
        "POST",
        "/api/v1/frames",
        content_type="multipart/form-data; boundary=x",
        headers={"Authorization": f"Bearer {token}"},
        **{"CONTENT_LENGTH": "20100001", "wsgi.input": Unread()},
    )
    assert_problem(answer, 413, "#/image", "larger than 20 MB")


@pytest.mark.parametrize(
    ("over", "field", "rule"),
    [
        ({"lon": None, "lat": None}, "lon", "missing"),
        ({"lon": None, "lat": None}, "lat", "missing"),
        ({"lat": None}, "lat", "needs lon and lat"),
        ({"lat": 90.001}, "lat", "-90 to 90"),
        ({"lat": -91}, "lat", "-90 to 90"),
        ({"lon": 180.5}, "lon", "-180 to 180"),
        ({"lon": -181}, "lon", "-180 to 180"),
        ({"lon": 0, "lat": 0}, "lon", "0/0"),
        ({"lon": -0.0, "lat": 0.0}, "lat", "0/0"),
        ({"captured_at": None}, "captured_at", "missing"),
        ({"captured_at": (NOW + timedelta(hours=1)).isoformat()}, "captured_at", "5 minutes"),
        ({"captured_at": (NOW - timedelta(days=7, minutes=1)).isoformat()}, "captured_at", "7 day"),
        ({"captured_at": "2999-01-01T00:00:00Z"}, "captured_at", "future"),
        ({"captured_at": "0001-01-01T00:00:00+14:00"}, "captured_at", "ISO 8601"),
        ({"captured_at": "yesterday"}, "captured_at", "ISO 8601"),
        ({"captured_at": NOW.replace(tzinfo=None).isoformat()}, "captured_at", "time zone"),
        ({"captured_at": 1_800_000_000}, "captured_at", "ISO 8601"),
        ({"heading_deg": -0.1}, "heading_deg", "0 to 360"),
        ({"heading_deg": 360.1}, "heading_deg", "0 to 360"),
        ({"heading_deg": "90"}, "heading_deg", "number"),
        ({"heading_deg": True}, "heading_deg", "number"),
        ({"heading_deg": [90]}, "heading_deg", "number"),
        ({"lat": float("nan")}, "lat", "-90 to 90"),
        ({"lon": float("inf")}, "lon", "-180 to 180"),
        ({"lon": 10**400}, "lon", "out of range"),
        ({"speed_mps": -1}, "speed_mps", "0 to 150"),
        ({"speed_mps": 151}, "speed_mps", "0 to 150"),
        ({"accuracy_m": 5001}, "accuracy_m", "0 to 5000"),
        ({"hfov_deg": 5}, "hfov_deg", "20 to 170"),
        ({"provenance": "satellite"}, "provenance", "one of"),
        ({"provenance": {}}, "provenance", "one of"),
        ({"longitude": 1}, "longitude", "unknown"),
    ],
)
def test_metadata_that_breaks_a_rule(client, token, over, field, rule):
    assert_problem(send(client, token, picture(), here(**over)), 400, f"#/metadata/{field}", rule)
    assert_nothing_stored()


@pytest.mark.parametrize(
    ("name", "pointer"), [("~/%41 é", "~0~1%2541%20%C3%A9"), ("\ud800", "%3F")]
)
def test_any_name_stands_in_a_pointer_that_can_be_read(client, token, name, pointer):
    answer = send(client, token, picture(), here(**{name: 1}))
    assert_problem(answer, 400)
    assert [place_of(error) for error in answer.json()["errors"]] == [f"#/metadata/{pointer}"]


def test_every_broken_rule_is_named_at_once(client, token):
    answer = send(client, token, picture(), here(lat=91, heading_deg=-1, captured_at=None))
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        f"#/metadata/{name}" for name in ("lat", "heading_deg", "captured_at")
    }


@pytest.mark.parametrize(
    ("tags", "field"),
    [
        (gps_tags(0, 0), "lat"),
        (gps_tags(181, 10), "lon"),
        (gps_tags(10, 95), "lat"),
        (gps_tags(10, 50) | {GPS.GPSImgDirection: 400.0}, "heading_deg"),
        (gps_tags(10, 50, NOW - timedelta(days=8)), "captured_at"),
        (gps_tags(10, 50, NOW + timedelta(hours=1)), "captured_at"),
        ({}, "lat"),
    ],
)
def test_exif_that_breaks_a_rule(client, token, tags, field):
    assert_problem(send(client, token, picture(gps=tags)), 400, f"#/metadata/{field}")
    assert_nothing_stored()


@pytest.mark.parametrize("limit", [timedelta(minutes=4), -timedelta(days=6, hours=23)])
def test_times_just_inside_the_limits_are_taken(client, token, limit):
    moment = (datetime.now(UTC) + limit).isoformat()
    assert send(client, token, picture(), here(captured_at=moment)).status_code == 202


@pytest.mark.parametrize(
    "text",
    [
        *("[]", "1", '"text"', "null", "{", "{'lon': 1}", "\0", '{"lon": 1}{"lat": 2}'),
        '{"lon":' * 1000,
        "[" * 9_999,
        '{"lon": ' + "9" * 5_000 + "}",
        '{"lon": 1' + " " * 10_000 + "}",
    ],
)
def test_metadata_that_is_no_json_object(client, token, text):
    body = {"image": SimpleUploadedFile("a.jpg", picture()), "metadata": text}
    answer = client.post("/api/v1/frames", body, headers={"Authorization": f"Bearer {token}"})
    assert_problem(answer, 400, "#/metadata", "JSON object")
    assert_nothing_stored()


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"metadata": "{}"}, "image"),
        ({"image": "text instead of a file"}, "image"),
        ({"photo": SimpleUploadedFile("a.jpg", b"x")}, "photo"),
        ({"metadata": SimpleUploadedFile("m.json", b"{}")}, "metadata"),
        ({"image": [SimpleUploadedFile("a", b"x"), SimpleUploadedFile("b", b"y")]}, "image"),
    ],
)
def test_parts_that_would_be_overlooked_are_refused(client, token, parts, field):
    if "image" not in parts and field != "image":
        parts["image"] = SimpleUploadedFile("a.jpg", picture())
    answer = client.post("/api/v1/frames", parts, headers={"Authorization": f"Bearer {token}"})
    assert_problem(answer, 400, f"#/{field}")
    assert_nothing_stored()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({f"f{n}": "x" for n in range(1001)}, 400),
        ({"metadata": json.dumps(" " * 1_000_001)}, 413),
    ],
)
def test_a_form_over_djangos_limits(client, token, body, status):
    body["image"] = SimpleUploadedFile("a.jpg", picture())
    answer = client.post("/api/v1/frames", body, headers={"Authorization": f"Bearer {token}"})
    assert_problem(answer, status)
    assert_nothing_stored()


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary="])
def test_a_form_without_a_boundary(client, token, content_type):
    answer = client.generic(
        "POST",
        "/api/v1/frames",
        b"--x\r\n",
        content_type=content_type,
        headers={"Authorization": f"Bearer {token}"},
    )
    assert_problem(answer, 400)


def test_who_may_upload(client):
    owner, device = driver()
    other = driver("ben")[1]
    buyer = key_create(organisation=organisation_create(name="Fleet"), name="key").token
    secret = device.token.rsplit("_", 1)[1]
    wrong = [
        *("", "Bearer", "Bearer ", "Basic YTpi", f"Token {device.token}"),
        f"Bearer {buyer}",
        f"Bearer {device.token}x",
        f"Bearer {device.token[:-1]}" + ("a" if device.token[-1] != "a" else "b"),
        f"Bearer {other.token.rsplit('_', 1)[0]}_{secret}",
        "Bearer \xe9",
    ]
    for header in wrong:
        body = {"image": SimpleUploadedFile("a.jpg", picture())}
        answer = client.post("/api/v1/frames", body, headers={"Authorization": header})
        assert_problem(answer, 401)
        assert answer["WWW-Authenticate"] == 'Bearer realm="hazardmap"'
    assert_problem(client.post("/api/v1/frames"), 401)
    device_revoke(owner=owner, device_id=device.device_id)
    assert_problem(send(client, device.token, picture(), here()), 401)
    owner.is_active = False
    assert_nothing_stored()


def test_a_closed_account_may_not_upload(client):
    owner, device = driver()
    owner.is_active = False
    owner.save()
    assert_problem(send(client, device.token, picture(), here()), 401)


def test_wrong_method_content_type_and_address(client, token):
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.get("/api/v1/frames", headers=headers)
    assert_problem(answer, 405)
    assert answer["Allow"] == "POST, OPTIONS"
    json_body = client.post("/api/v1/frames", {}, content_type="application/json", headers=headers)
    assert_problem(json_body, 415)
    for path in ("nothing", "frames/", "frames/not-an-id", "frames/%00", "hazards/1"):
        assert_problem(client.get(f"/api/v1/{path}", headers=headers), 404)
    assert_problem(client.get("/api/v2/frames"), 404)


def test_a_request_to_another_host_is_a_problem_too(client):
    assert_problem(client.get("/api/v1/hazards", headers={"Host": "evil.example"}), 400)


def test_a_failure_of_ours_is_a_problem_and_tells_nothing(settings, monkeypatch):
    def broken(text: str) -> None:
        raise RuntimeError("the secret detail")

    monkeypatch.setattr("hazardmap.api.authentication.contributor_by_token", broken)
    answer = send(Client(raise_request_exception=False), "hm_dev_x", b"")
    assert_problem(answer, 500)
    assert b"secret detail" not in answer.content
