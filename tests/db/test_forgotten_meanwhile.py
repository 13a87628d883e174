"""Frames are forgotten in the very moment in which they are detected, or taken into the map."""

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from importlib import import_module
from uuid import UUID

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction

from hazardmap.accounts.models import User
from hazardmap.accounts.services import account_leave
from hazardmap.capture.models import Frame
from hazardmap.capture.services import frames_claim
from hazardmap.core.geometry.coverings import Ground
from hazardmap.hazards.models import View
from hazardmap.hazards.picture_models import PictureKey
from hazardmap.hazards.services import fuse_pending, picture_forget
from hazardmap.hazards.services.checkpoints import Reached
from hazardmap.inference.models import Detection, DetectionRun, ModelVersion, ShadowRun
from hazardmap.inference.services import detect_pending, runs_take
from hazardmap.inference.services.model_register import in_service
from hazardmap.leaving.person_forget import person_forget
from tests.at_once import in_thread, in_thread_of_its_own, somebody_waits
from tests.capture_scene import driver, waiting_frame
from tests.detected import contributor, drive, minutes_ago
from tests.made_up_engine import SEEN, Answer, Engine
from tests.scenes import ahead
from tests.stack import wait_for
from tests.whose_rows import tables_with

pytestmark = pytest.mark.django_db(transaction=True)
Forget = Callable[[User, UUID], object]


def _leaves(owner: User, frame_id: UUID) -> None:
    person_forget(account_id=owner.pk, witness=owner.witness)


def _deletes(owner: User, frame_id: UUID) -> None:
    picture_forget(frame_id=frame_id, account_id=owner.pk)


@pytest.mark.parametrize(
    ("module", "forget"),
    [
        ("hazardmap.leaving.person_forget", _leaves),
        ("hazardmap.hazards.services.pictures_forget", _deletes),
    ],
)
def test_a_worker_that_ends_while_its_frame_is_forgotten_writes_nothing(
    module: str, forget: Forget, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its boxes were looked for, and before its row goes."""
    owner, device = driver()
    frame_id = waiting_frame(device, owner).frame_id
    (claimed,) = frames_claim()
    detect = import_module("hazardmap.inference.services.detect_pending")
    forgetting = import_module(module)
    go_on = forgetting.frames_forget

    def ended_first(*, frame_ids: Collection[UUID]) -> None:
        in_thread_of_its_own(lambda: detect._keep(claimed, in_service().live, SEEN))
        go_on(frame_ids=frame_ids)

    monkeypatch.setattr(forgetting, "frames_forget", ended_first)
    forget(owner, frame_id)
    assert not Frame.objects.exists()
    assert not DetectionRun.objects.exists()
    assert not Detection.objects.exists()
    assert not any(
        default_storage.listdir(f"{kind}/{folder}")[1]
        for kind in ("originals", "frames")
        if default_storage.exists(kind)
        for folder in default_storage.listdir(kind)[0]
    )


def test_a_worker_that_ended_before_its_frame_is_forgotten_leaves_nothing() -> None:
    """Its transaction is open when forgetting begins."""
    owner, device = driver()
    waiting_frame(device, owner)
    (claimed,) = frames_claim()
    detect = import_module("hazardmap.inference.services.detect_pending")
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert detect._keep(claimed, in_service().live, SEEN)
            forgotten = in_thread(
                pool, lambda: person_forget(account_id=owner.pk, witness=owner.witness)
            )
            wait_for("the other's turn", lambda: somebody_waits() or forgotten.done(), timeout_s=10)
        forgotten.result(20)
    assert not Frame.objects.exists()
    assert not DetectionRun.objects.exists()
    assert not Detection.objects.exists()


def test_a_run_that_is_being_forgotten_never_says_that_nothing_was_there() -> None:
    device = contributor("ann")
    drive(device, minutes_ago(6), ahead(45.0, "cow"), frames=3)
    owner = device.owner
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE inference_shadowrun")
            forgotten = in_thread(
                pool, lambda: person_forget(account_id=owner.pk, witness=owner.witness)
            )
            wait_for("the first of its steps", somebody_waits, timeout_s=10)
            in_thread_of_its_own(fuse_pending)
            seen = View.objects.count(), Detection.objects.count()
        forgotten.result(20)
    assert seen == (0, 3)


@pytest.mark.parametrize("after_looks", [0, 1])
def test_a_shadow_writes_nothing_of_a_picture_that_was_deleted_meanwhile(
    after_looks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has the originals of both in memory; one goes before its turn, or while it looks."""
    owner, device = driver()
    frames = [waiting_frame(device, owner).frame_id for _ in range(2)]
    live = in_service().live
    ModelVersion.objects.create(label="new", sha256="0" * 64, state="shadow", shadow_one_in=1)
    looks: list[bytes] = []

    def look(image: bytes) -> Answer:
        looks.append(image)
        if len(looks) == 1:
            _deletes(owner, frames[1 - after_looks])
        return SEEN

    engines = {"detect_pending": Engine(lambda _: SEEN), "shadow_look": Engine(look)}
    for name, made in engines.items():
        module = import_module(f"hazardmap.inference.services.{name}")
        monkeypatch.setattr(module, "engine", lambda made=made, **_: made)
    assert detect_pending() == 2
    assert len(looks) == 1 + after_looks
    assert set(ShadowRun.objects.values_list("frame_id", "live_version", "error")) == {
        (frames[after_looks], live.label, "")
    }


def test_what_is_taken_into_the_map_while_it_is_deleted_leaves_no_key_of_its_picture() -> None:
    device = contributor("ann")
    (frame_id,) = drive(device, minutes_ago(6), ahead(45.0, "cow"), frames=1)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            runs_take(limit=1)
            PictureKey.objects.create(frame_id=frame_id, key=1)  # as frames_admit, after it
            forgotten = in_thread(pool, lambda: _deletes(device.owner, frame_id))
            wait_for("the other's turn", lambda: somebody_waits() or forgotten.done(), timeout_s=10)
        forgotten.result(20)
    assert not Frame.objects.exists()
    assert not PictureKey.objects.exists()


def test_fusion_that_began_before_its_witness_was_forgotten_tells_nothing_of_him_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its memo holds what he alone has reported of a horse, and nobody would look for it there."""
    cow, horse = ahead(45.0, "cow"), ahead(30.0, "horse", right_m=5.0)
    leaver = contributor("leaver")
    drive(leaver, minutes_ago(30), horse, score=0.3, frames=3)
    drive(contributor("ann"), minutes_ago(20), cow)
    fuse_pending()
    account_leave(user=leaver.owner)
    drive(contributor("ben"), minutes_ago(10), cow)
    module = import_module("hazardmap.hazards.services.ground_fuse")
    go_on = module.checkpoints_keep
    with ThreadPoolExecutor(1) as pool:
        leaving: list[Future[None]] = []
        named: set[UUID] = set()

        def leaves_first(reached: Mapping[Ground, Reached], digest: str) -> None:
            for one in reached.values():
                named.update(*(stored.checkpoint.devices for stored in one.made))
            leaving.append(in_thread(pool, lambda: _leaves(leaver.owner, leaver.id)))
            wait_for(
                "the other's turn", lambda: somebody_waits() or leaving[0].done(), timeout_s=10
            )
            go_on(reached, digest)

        monkeypatch.setattr(module, "checkpoints_keep", leaves_first)
        fuse_pending()
        leaving[0].result(20)
    assert len(leaving) == 1
    assert leaver.id in named, "the scene has no such memo"
    assert tables_with(leaver.id) == set()
