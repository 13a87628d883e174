"""A candidate that brings its worker down costs no live frame, and is given up in the end."""

import os
import signal
from importlib import import_module

import pytest

from hazardmap.capture.models import Frame
from hazardmap.inference.models import DetectionRun, ModelVersion, ShadowRun
from hazardmap.inference.services import detect_pending
from hazardmap.inference.services.model_register import in_service
from hazardmap.inference.services.shadow_look import MOST_FAILURES, UNFINISHED
from hazardmap.platform.ids import new_id
from tests.capture_scene import driver, waiting_frame
from tests.faults.killed import is_killed
from tests.made_up_engine import SEEN, Answer, Engine

pytestmark = pytest.mark.django_db(transaction=True)
NEVER = 1_000_000


def dies(_: bytes) -> Answer:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def test_a_candidate_that_kills_its_worker_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    live = in_service().live
    shadow = ModelVersion.objects.create(
        label="deadly", sha256="0" * 64, state="shadow", shadow_one_in=1
    )
    for name, say in {"detect_pending": lambda _: SEEN, "shadow_look": dies}.items():
        module = import_module(f"hazardmap.inference.services.{name}")
        monkeypatch.setattr(module, "engine", lambda say=say, **_: Engine(say))
    owner, device = driver()
    first = waiting_frame(device, owner).frame_id
    assert is_killed(detect_pending, before_statement=NEVER)
    assert detect_pending() == 0, "nothing of it is tried again"
    assert list(Frame.objects.values_list("state", "attempts")) == [("detected", 1)]
    assert list(ShadowRun.objects.values_list("frame_id", "error")) == [(first, UNFINISHED)]
    given = {"model_version": shadow, "live_version": live, "live_ms": 1.0, "error": UNFINISHED}
    for _ in range(MOST_FAILURES - 1):
        ShadowRun.objects.create(id=new_id(), frame_id=new_id(), **given)
    waiting_frame(device, owner)
    assert detect_pending() == 1, "we are still alive"
    shadow.refresh_from_db()
    assert (shadow.state, shadow.shadow_one_in) == ("candidate", None)
    assert DetectionRun.objects.filter(model_version=live).count() == 2
