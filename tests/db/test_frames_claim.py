"""Frames are handed out by lease: to one worker at a time, and never for ever."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from threading import Barrier, Thread
from uuid import UUID

import pytest
from django.core.files.storage import default_storage
from django.db import connection, connections, transaction
from django.utils import timezone

from hazardmap.capture.models import Frame
from hazardmap.capture.services import frame_rejected, frames_claim, frames_release
from hazardmap.capture.services.frames_claim import _IN_TURN
from tests.at_once import in_thread_of_its_own
from tests.capture_scene import driver, waiting_frame

pytestmark = pytest.mark.django_db


def frames(count: int) -> list[UUID]:
    owner, device = driver()
    return [waiting_frame(device, owner).frame_id for _ in range(count)]


def claim() -> list[UUID]:
    return [frame.id for frame in frames_claim()]


def die(ids: list[UUID], ago: timedelta = timedelta(seconds=1)) -> None:
    """The worker that had these frames is gone and their lease is over."""
    Frame.objects.filter(id__in=ids).update(lease_until=timezone.now() - ago)


@pytest.mark.parametrize(
    ("waiting", "batch"), [(0, 0), (1, 1), (3, 3), (5, 4), (15, 4), (16, 16), (20, 16)]
)
def test_a_few_when_the_queue_is_short_and_many_when_it_is_long(waiting, batch):
    ids = frames(waiting)
    assert claim() == ids[:batch], "oldest first"


def test_a_leased_frame_is_not_handed_out_again():
    ids = frames(6)
    started = timezone.now()
    assert claim() == ids[:4]
    assert claim() == ids[4:]
    assert claim() == []
    for frame in Frame.objects.all():
        assert frame.attempts == 1
        assert started < frame.lease_until < timezone.now() + timedelta(minutes=1)


def test_frames_of_a_dead_worker_are_tried_again_one_by_one_after_the_new_ones():
    dead = frames(3)
    assert claim() == dead
    die(dead)
    owner, device = driver("ben")
    new = waiting_frame(device, owner).frame_id
    assert claim() == [new]
    assert [claim() for _ in range(4)] == [[dead[0]], [dead[1]], [dead[2]], []]


def test_new_frames_do_not_keep_a_second_try_waiting_for_ever():
    dead = frames(2)
    claim()
    die(dead[:1], ago=timedelta(minutes=6))
    die(dead[1:], ago=timedelta(minutes=1))
    owner, device = driver("ben")
    new = [waiting_frame(device, owner).frame_id for _ in range(5)]
    assert claim() == dead[:1]
    assert claim() == new[:4]


def test_a_frame_that_kills_twice_is_rejected_and_its_original_deleted(
    django_capture_on_commit_callbacks,
):
    (killer,) = frames(1)
    original = Frame.objects.get().original
    for _ in range(2):
        assert claim() == [killer]
        die([killer])
    with django_capture_on_commit_callbacks(execute=True):
        assert claim() == []
    frame = Frame.objects.get()
    assert (frame.state, frame.reason, frame.original) == ("rejected", "worker_crashed", "")
    assert not default_storage.exists(original)


def test_finished_frames_are_not_claimed():
    ids = frames(2)
    frame_rejected(frame_id=ids[0], reason="truncated")
    assert claim() == ids[1:]


def test_accounts_take_turns():
    many = frames(40)
    few = []
    for name in ("ben", "cleo"):
        owner, device = driver(name)
        few += [waiting_frame(device, owner).frame_id for _ in range(2)]
    first = claim()
    assert first[:6] == [many[0], few[0], few[2], many[1], few[1], few[3]]
    assert first[6:] == many[2:12]
    assert claim() == many[12:28]


def test_turns_are_found_by_the_index():
    frames(3)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {_IN_TURN}", [timezone.now()])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert plan.count("frame_waiting_of") >= 2, "both leaps"
    assert "Seq Scan" not in plan


def test_nothing_is_claimed_while_the_disk_is_full(monkeypatch):
    ids = frames(1)
    # The package has a function of the module's name.
    module = import_module("hazardmap.capture.services.frames_claim")
    monkeypatch.setattr(module, "LAST_BYTES", 10**18)
    assert claim() == []
    assert Frame.objects.get().attempts == 0
    monkeypatch.undo()
    assert claim() == ids


def test_a_lease_that_is_given_back_costs_nothing_but_only_its_holder_can():
    (id_,) = frames(1)
    (first,) = frames_claim()
    die([id_])
    (second,) = frames_claim()
    frames_release([first])
    assert Frame.objects.get().attempts == 2, "the lease is somebody else's by now"
    frames_release([second])
    assert Frame.objects.get().attempts == 1
    assert claim() == [id_]


@contextmanager
def locked(ids: list[UUID]) -> Iterator[None]:
    """Another connection is just claiming these frames and has not committed."""
    held, done = Barrier(2), Barrier(2)

    def hold() -> None:
        try:
            with transaction.atomic():
                list(Frame.objects.filter(id__in=ids).select_for_update())
                held.wait(10)
                done.wait(10)
        finally:
            connections.close_all()

    other = Thread(target=hold)
    other.start()
    held.wait(10)
    try:
        yield
    finally:
        done.wait(10)
        other.join(10)


@pytest.mark.django_db(transaction=True)
def test_a_claim_does_not_wait_for_another_and_takes_other_frames():
    ids = frames(6)
    with locked(ids[:3]):
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '500ms'")
        assert claim() == ids[3:]


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_get_every_frame_once():
    ids = frames(40)
    ready = Barrier(6)
    got: list[list[UUID]] = []

    def work() -> None:
        try:
            ready.wait(10)
            for _ in range(15):
                got.append(claim())
        finally:
            connections.close_all()

    workers = [Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    handed_out = [frame for batch in got for frame in batch]
    assert len(handed_out) == len(set(handed_out))
    assert set(handed_out) == set(ids)
    assert set(Frame.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.parametrize("minutes", [-1, 1])
@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_clock_is_wrong_takes_and_loses_no_frame(monkeypatch, minutes):
    ids = frames(2)
    right = timezone.now

    def wrong():
        return right() + timedelta(minutes=minutes)

    monkeypatch.setattr(timezone, "now", right if minutes > 0 else wrong)
    assert claim() == ids
    monkeypatch.setattr(timezone, "now", wrong if minutes > 0 else right)
    assert in_thread_of_its_own(claim) == []
    assert set(Frame.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_what_a_worker_whose_clock_is_ahead_gives_back_waits_for_nobody(monkeypatch):
    ids = frames(2)
    right = timezone.now
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: right() + timedelta(minutes=1))
        frames_release(frames_claim())
    assert in_thread_of_its_own(claim) == ids
