"""From detected frames to the map, in a real database."""

import logging
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from hazardmap.accounts.models import User
from hazardmap.capture.models import Frame
from hazardmap.core.fusion.hazard import LIVE, State
from hazardmap.core.geometry.geodesy import between
from hazardmap.hazards import models, tasks
from hazardmap.hazards.image_selectors import is_evidence
from hazardmap.hazards.selectors import hazard_get
from hazardmap.hazards.services import fuse_pending
from hazardmap.inference.models import Detection, DetectionRun
from tests.detected import (
    contributor,
    device_of,
    drive,
    events,
    forget_map,
    fuse_in_turn,
    hazards,
    minutes_ago,
    trail,
)
from tests.map_scene import hazard_row
from tests.scenes import ahead

pytestmark = pytest.mark.django_db
FUSE_PENDING = import_module("hazardmap.hazards.services.fuse_pending")
RUNS_TAKE = FUSE_PENDING.runs_take
NAN = float("nan")
CONE = ahead(45.0)
COW = ahead(45.0, "cow")  # a kind that the detector in use finds, so silence counts


def test_frames_of_two_accounts_become_one_published_hazard() -> None:
    first = drive(contributor("ann"), minutes_ago(30), CONE)
    drive(contributor("ben"), minutes_ago(20), CONE)
    assert fuse_pending() == 24
    (hazard,) = hazards()
    assert (hazard.kind, hazard.state, hazard.published) == ("cone", State.ACTIVE, True)
    assert (hazard.passes, hazard.witnesses, hazard.simulated) == (2, 2, False)
    assert between(hazard.lon, hazard.lat, CONE.lon, CONE.lat)[1] < 3.0
    assert events() == ["appeared"]
    said = trail(hazard.id)
    assert [item.seen for item in said] == [True, True]
    assert len({item.witness for item in said}) == 2
    assert said[-1].p_after == hazard.p
    assert any(is_evidence(frame) for frame in first)


def test_a_task_leaves_the_queue_to_others_while_frames_stream_in(monkeypatch) -> None:
    monkeypatch.setattr(FUSE_PENDING, "BATCH", 5)
    monkeypatch.setattr(tasks, "LONGEST_S", 0.0)
    drive(contributor("ann"), minutes_ago(30), CONE)
    waiting = DetectionRun.objects.filter(fused_at=None)
    left = []
    for _ in range(4):
        tasks.fuse_pending()
        left.append(waiting.count())
    assert left == [7, 2, 0, 0]


def test_the_search_for_a_frame_that_cannot_be_fused_is_not_broken_off(monkeypatch) -> None:
    """Else each task would fail with the same batch again before it comes one frame further."""
    frames = sorted(drive(contributor("ann"), minutes_ago(30), CONE))
    assert Detection.objects.filter(frame_id=frames[2]).update(kind="unicorn")
    monkeypatch.setattr(tasks, "LONGEST_S", 0.0)
    tasks.fuse_pending()
    assert not DetectionRun.objects.filter(frame_id=frames[2], fused_at=None).exists()


def test_a_hazard_appears_with_the_first_witness_and_is_published_by_the_second() -> None:
    drive(contributor("ann"), minutes_ago(30), CONE)
    fuse_pending()
    (alone,) = hazards()
    assert (alone.state, alone.published) == (State.CANDIDATE, False)
    drive(contributor("ben"), minutes_ago(20), CONE)
    fuse_pending()
    (seconded,) = hazards()
    assert (seconded.id, seconded.published) == (alone.id, True)
    assert events(alone.id) == ["appeared", "published"]


def test_what_two_devices_say_themselves_is_not_published_until_we_have_seen_it() -> None:
    for name, minutes in (("ann", 40), ("ben", 30)):
        drive(contributor(name), minutes_ago(minutes), CONE, edge=True)
    fuse_pending()
    (told,) = hazards()
    assert (told.state, told.published, told.witnesses) == (State.CANDIDATE, False, 1)
    assert [item.checked for item in trail(told.id)] == [False, False]
    drive(contributor("cleo"), minutes_ago(20), CONE)
    fuse_pending()
    (seen,) = hazards()
    assert (seen.id, seen.published, seen.witnesses) == (told.id, True, 3)
    assert [item.checked for item in trail(seen.id)] == [False, False, True]


def test_two_devices_of_one_account_are_one_witness() -> None:
    owner = User.objects.create_user("ann@drivers.example")
    for number in range(2):
        device = device_of(owner, f"phone {number}")
        drive(device, minutes_ago(30 - 10 * number), CONE)
    fuse_pending()
    (hazard,) = hazards()
    assert (hazard.passes, hazard.witnesses, hazard.published) == (2, 1, False)


def test_what_others_no_longer_see_leaves_the_map() -> None:
    for number in range(2):
        drive(contributor(f"saw{number}"), minutes_ago(9 - number), COW)
    fuse_pending()
    (there,) = hazards()
    for number in range(8):
        drive(contributor(f"looked{number}"), minutes_ago(6 - number / 2))
        fuse_pending()
    (gone,) = hazards()
    assert gone.id == there.id
    assert gone.p < 0.3 < there.p
    assert gone.state not in LIVE
    assert events(there.id)[-1] == "removed"
    seen = [item.seen for item in trail(there.id)]
    assert seen == [True, True, *([False] * (len(seen) - 2))]
    assert len(seen) > 3


def test_frames_that_are_no_use_say_nothing_against_a_hazard() -> None:
    for number in range(2):
        drive(contributor(f"saw{number}"), minutes_ago(9 - number), COW)
    fuse_pending()
    before = hazards()
    for number in range(4):
        drive(contributor(f"blind{number}"), minutes_ago(6 - number), usable=False)
    fuse_pending()
    assert hazards() == before


def test_a_second_run_changes_nothing() -> None:
    frames = drive(contributor("ann"), minutes_ago(30), CONE)
    frames += drive(contributor("ben"), minutes_ago(20), CONE)
    fuse_pending()
    before, told = hazards(), events()
    evidence = list(models.Evidence.objects.order_by("id").values())
    assert fuse_pending() == 0
    fuse_in_turn([frames, frames[:5]])
    assert hazards() == before
    assert events() == told
    assert list(models.Evidence.objects.order_by("id").values()) == evidence


def test_a_frame_that_was_deleted_meanwhile_is_passed_over() -> None:
    frames = drive(contributor("ann"), minutes_ago(30), CONE)
    Frame.objects.filter(id__in=frames[:6]).delete()
    assert fuse_pending() == 12
    assert set(models.View.objects.values_list("frame_id", flat=True)) == set(frames[6:])
    assert not DetectionRun.objects.filter(fused_at=None).exists()


def test_a_device_without_a_compass_is_turned_by_its_track() -> None:
    drive(contributor("ann"), minutes_ago(30), CONE, tells_heading=False)
    fuse_pending()
    (hazard,) = hazards()
    assert between(hazard.lon, hazard.lat, CONE.lon, CONE.lat)[1] < 4.0
    headings = models.View.objects.values_list("heading_deg", flat=True)
    assert all(min(heading, 360 - heading) < 5.0 for heading in headings if heading is not None)


def test_a_single_frame_without_a_heading_is_kept_and_not_located() -> None:
    drive(contributor("ann"), minutes_ago(30), CONE, tells_heading=False, frames=1)
    fuse_pending()
    (view,) = models.View.objects.all()
    assert (view.heading_deg, view.heading_sigma_deg) == (None, 180.0)
    assert Detection.objects.count() == 1
    assert not models.Observation.objects.exists()
    assert not hazards()


def test_a_frame_that_cannot_be_fused_is_left_out_and_holds_up_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad = drive(contributor("mal"), minutes_ago(40), CONE, frames=2)
    Detection.objects.filter(frame_id=bad[0]).update(kind="unicorn")
    drive(contributor("ann"), minutes_ago(30), CONE)
    with caplog.at_level(logging.ERROR):
        assert fuse_pending() == 14
    assert [str(bad[0]) in record.getMessage() for record in caplog.records] == [True]
    assert not models.View.objects.filter(frame_id=bad[0]).exists()
    (hazard,) = hazards()
    assert hazard.passes == 2


def test_after_a_frame_that_was_left_out_the_others_go_on_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = drive(contributor("mal"), minutes_ago(40), CONE, frames=1)
    Detection.objects.filter(frame_id=bad[0]).update(kind="unicorn")
    drive(contributor("ann"), minutes_ago(30), CONE)
    sizes: list[int] = []

    def counted(*, limit: int) -> Any:
        runs = RUNS_TAKE(limit=limit)
        sizes.append(len(runs))
        return runs

    monkeypatch.setattr(FUSE_PENDING, "runs_take", counted)
    assert fuse_pending() == 13
    alone = sizes.index(1)
    assert set(sizes[:alone]) == {13}
    assert set(sizes[alone:]) == {1, 12, 0}


def test_the_map_is_the_same_after_everything_is_fused_anew() -> None:
    frames = [
        *drive(contributor("ann"), minutes_ago(30), CONE),
        *drive(contributor("ben"), minutes_ago(20), CONE),
        *drive(contributor("cat"), minutes_ago(10)),
    ]
    fuse_pending()
    before = hazards()
    forget_map()
    fuse_in_turn([frames])
    assert hazards() == before


@pytest.mark.parametrize(
    ("model", "change"),
    [
        (models.Hazard, {"p": NAN}),
        (models.Hazard, {"cov_ee_m2": NAN}),
        (models.Hazard, {"cov_en_m2": NAN}),
        (models.Hazard, {"radius_m": NAN}),
        (models.Hazard, {"half_life_s": float("inf")}),
        (models.Hazard, {"position": Point(NAN, NAN, srid=4326)}),
        (models.Hazard, {"published": True, "witnesses": 1, "confirmed": False}),
        (models.Evidence, {"log2_ratio": NAN}),
        (models.Evidence, {"visibility": NAN}),
        (models.Evidence, {"p_after": 1.5}),
        (models.Observation, {"cov_nn_m2": NAN}),
        (models.Observation, {"range_m": 121.0}),
        (models.Observation, {"score": NAN}),
        (models.Observation, {"position": Point(24.0, NAN, srid=4326)}),
        (models.View, {"accuracy_m": NAN}),
        (models.View, {"heading_deg": NAN}),
        (models.View, {"heading_sigma_deg": 0.0}),
        (models.View, {"position": Point(NAN, 60.0, srid=4326)}),
    ],
)
def test_the_database_refuses_nonsense(model: Any, change: dict[str, object]) -> None:
    drive(contributor("ann"), minutes_ago(30), CONE)
    fuse_pending()
    assert model.objects.exists()
    with pytest.raises(DatabaseError, match="violates check constraint"), transaction.atomic():
        model.objects.update(**change)


def test_rows_hold_hazards_and_evidence_exactly() -> None:
    drive(contributor("ann"), minutes_ago(30), CONE)
    fuse_pending()
    (hazard,) = hazards()
    odd = replace(hazard, p=1 / 3, lon=0.1 + 0.2, t_ref=hazard.t_ref + timedelta(microseconds=1))
    hazard_row(odd).save(force_update=True)
    assert hazard_get(hazard.id) == odd


def test_a_batch_costs_a_bounded_number_of_queries() -> None:
    """Queries go by batch and by device, not by frame, detection or hazard."""
    counts = []
    for frames in (2, 10):
        things = [ahead(30.0), ahead(45.0, "drum", right_m=-4.0), ahead(60.0, "cow")][: frames // 2]
        for number in range(5):
            device = contributor(f"{frames}-{number}")
            drive(device, minutes_ago(30 + number), *things, frames=frames)
        with CaptureQueriesContext(connection) as queries:
            assert fuse_pending() == 5 * frames
        counts.append(len(queries))
        forget_map()
    assert counts[0] == counts[1] <= 42
