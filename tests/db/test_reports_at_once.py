"""Reports of a picture that a moderator is just deciding about."""

from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

import pytest

from hazardmap.accounts.models import User
from hazardmap.capture.selectors import hidden_picture
from hazardmap.moderation.report_models import ImageReport
from hazardmap.moderation.services import report_decide, report_file
from tests.at_once import in_thread, somebody_waits
from tests.capture_scene import driver, waiting_frame
from tests.stack import wait_for


@pytest.mark.django_db(transaction=True)
def test_a_report_for_privacy_during_a_decision_hides_the_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    owner, device = driver()
    frame_id = waiting_frame(device, owner).frame_id
    report_file(frame_id=frame_id, reason="wrong_place")
    moderator = User.objects.create_user("moderator@hazardmap.example", is_staff=True)
    deciding = import_module("hazardmap.moderation.services.report_decide")
    show = deciding.picture_show
    with ThreadPoolExecutor(1) as pool:
        filed: list[Any] = []

        def after_a_report(**which: Any) -> None:
            filed.append(in_thread(pool, lambda: report_file(frame_id=frame_id, reason="privacy")))
            wait_for("the report", lambda: somebody_waits() or filed[0].done(), timeout_s=10)
            show(**which)

        monkeypatch.setattr(deciding, "picture_show", after_a_report)
        assert report_decide(moderator=moderator, frame_id=frame_id, decision="kept") == 1
        filed[0].result(20)
    assert ImageReport.objects.get(decision="").reason == "privacy"
    assert hidden_picture(frame_id) is not None
