"""Uploads of devices that detect by themselves: a crop, and what they saw in the whole frame."""

import json
from importlib import import_module
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from hazardmap.capture.models import Frame
from hazardmap.inference.detector import offer
from hazardmap.inference.models import ModelVersion
from tests.capture_scene import driver, here, picture
from tests.made_up_models import model_files

pytestmark = pytest.mark.django_db
COW = {"kind": "cow", "score": 0.8, "box": [0.5, 0.5, 0.6, 0.7]}
REPORT = {"model": "animals-1", "crop": [0.4, 0.4, 0.9, 0.9], "detections": [COW]}


@pytest.fixture
def send(client):
    ModelVersion.objects.create(label="animals-1", sha256="0" * 64)
    token = driver()[1].token

    def upload(edge: Any, image: bytes, **over: Any) -> Any:
        body = {
            "image": SimpleUploadedFile("crop.jpg", image),
            "metadata": json.dumps(here(captured_at=_moment, **over)),
            "edge": edge if isinstance(edge, str) else json.dumps(edge),
        }
        return client.post("/api/v1/frames", body, headers={"Authorization": f"Bearer {token}"})

    _moment = here()["captured_at"]
    return upload


def test_a_report_is_taken_once_and_waits_like_any_frame(send):
    crop = picture()
    first, again = send(REPORT, crop), send(REPORT, crop)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json() == again.json()
    frame = Frame.objects.get()
    assert (frame.state, frame.edge["detections"]) == ("received", [COW])
    assert frame.edge["complete"] is False


def test_a_model_that_no_worker_has_started_yet_is_known_once_a_report_names_it(
    send, tmp_path, monkeypatch
):
    """A worker of other weights that took the frame would not find it, and die of it, twice."""
    manifest, label = model_files(tmp_path / "new", "newer")
    module = import_module("hazardmap.inference.services.model_register")
    monkeypatch.setattr(module, "configured", lambda: offer(manifest))
    assert send(REPORT | {"model": label}, picture()).status_code == 202
    assert ModelVersion.objects.get(label=label).state == ModelVersion.State.CANDIDATE


def test_two_frames_of_an_empty_road_may_have_the_same_crop(send):
    crop, empty = picture(), REPORT | {"detections": []}
    assert [send(empty, crop, lat=lat).status_code for lat in (60.1, 60.2)] == [202, 202]


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"model": "a-model-of-mine"}, "#/edge/model"),
        ({"model": ["animals-1"]}, "#/edge/model"),
        ({"crop": [0.4, 0.4, 0.41, 0.9]}, "#/edge/crop"),
        ({"crop": [0, 0, 1, 1e400]}, "#/edge/crop"),
        ({"complete": 1}, "#/edge/complete"),
        ({"complete": True}, "#/edge/complete"),  # without hfov_deg
        ({"source": "worker"}, "#/edge/source"),
        ({"detections": {}}, "#/edge/detections"),
        ({"detections": [COW] * 101}, "#/edge/detections"),
        ({"detections": [COW, COW | {"kind": "unicorn"}]}, "#/edge/detections/1/kind"),
        ({"detections": [COW | {"kind": {}}]}, "#/edge/detections/0/kind"),
        ({"detections": [COW | {"score": 1.01}]}, "#/edge/detections/0/score"),
        ({"detections": [COW | {"score": True}]}, "#/edge/detections/0/score"),
        ({"detections": [COW | {"box": [0.6, 0.5, 0.5, 0.7]}]}, "#/edge/detections/0/box"),
        ({"detections": [COW | {"box": [0.6, 0.5, float("nan"), 0.7]}]}, "#/edge/detections/0/box"),
        ({"detections": [COW | {"id": 1}]}, "#/edge/detections/0"),
        ({"occluders": [[0, 0, 1]]}, "#/edge/occluders/0"),
    ],
)
def test_a_report_that_breaks_a_rule_is_refused(send, over, field):
    answer = send(REPORT | over, picture())
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [field]
    assert not Frame.objects.exists()


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"model": ' * 2000, " " * 50_001])
def test_a_report_that_is_no_json_object(send, text):
    answer = send(text, picture())
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "#/edge")


def test_a_crop_is_bounded_more_tightly_than_a_frame(send):
    crop = picture()
    crop += b"\0" * (2_000_001 - len(crop))
    answer = send(REPORT, crop)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "#/image")
    assert not Frame.objects.exists()
