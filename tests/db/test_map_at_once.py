"""Several workers at one place at the same time: the serial result, and a feed without gaps."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import import_module
from threading import Barrier
from typing import Any

import h3.api.basic_int as h3
import pytest
from django.db import connection, transaction

from hazardmap.core.fusion.hazard import Change
from hazardmap.core.fusion.verdict import Ruling
from hazardmap.core.geometry.geodesy import moved
from hazardmap.core.geometry.grid import cell
from hazardmap.core.seeing.admission import Doubt
from hazardmap.hazards import checkpoint_models, learned_models, models
from hazardmap.hazards.change_feed import changes
from hazardmap.hazards.selectors import hazard_get
from hazardmap.hazards.services import area_refuse, expire_faded, fuse_pending, verdict_give
from hazardmap.hazards.services.events_write import events_write
from hazardmap.hazards.services.place_lock import LOCK_RES, MoreCells
from hazardmap.platform.ids import new_id
from tests.at_once import at_once, in_thread, in_thread_of_its_own, somebody_waits
from tests.detected import (
    FAR,
    alike,
    contributor,
    drive,
    events,
    everything,
    forget_map,
    fuse_in_turn,
    hazards,
    minutes_ago,
    offer_again,
    reasons,
    show,
    trail,
)
from tests.map_scene import hazard_row
from tests.scenes import HELSINKI, Place, ahead
from tests.stack import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
COW = ahead(45.0, "cow")


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches so small that workers take turns."""
    monkeypatch.setattr(import_module("hazardmap.hazards.services.fuse_pending"), "BATCH", 4)


def assert_feed_tells_the_map() -> None:
    """The feed begins with an appearance, and its last word on each hazard is what is stored."""
    latest: dict[Any, Any] = {}
    for event in changes(0, limit=100_000).events:
        before = latest.get(event.hazard.id)
        was_there = before is not None and before.change is not Change.REMOVED
        assert was_there == (event.change is not Change.APPEARED)
        latest[event.hazard.id] = event
    stored = {hazard.id: hazard for hazard in hazards()}
    for id_, event in latest.items():
        if event.change is not Change.REMOVED:
            assert stored[id_] == event.hazard
    assert stored.keys() <= latest.keys()


def assert_same_as_serial(frames: list[Any]) -> None:
    together = everything()
    assert models.View.objects.count() == len(frames)
    assert_feed_tells_the_map()
    forget_map()
    fuse_in_turn([frames])
    assert alike(together, everything())


def border_start() -> Place:
    """A start of a northbound drive whose first frames lie in another lock cell than the cow."""
    lon, lat = HELSINKI
    while cell(lon, lat + 0.0001, LOCK_RES) == cell(lon, lat + 0.0002, LOCK_RES):
        lat += 0.0001
    return lon, lat


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("start", [HELSINKI, border_start()], ids=["in a cell", "on a border"])
def test_four_workers_at_one_place_make_the_serial_map(start) -> None:
    frames = []
    for number in range(5):
        things = [ahead(45.0, "cow", start), ahead(60.0, "cone", start)][: 1 + number % 2]
        device = contributor(f"w{number}")
        frames += drive(device, minutes_ago(9 - number), *things, start=start, frames=8)
    assert sum(at_once(*[fuse_pending] * 4)) == len(frames)
    assert_same_as_serial(frames)


@pytest.mark.usefixtures("small_batches")
def test_workers_and_an_evaluation_anew_at_once_make_the_serial_map() -> None:
    """A street that has checkpoints gets the rest of its passes in the middle of a `refuse`."""
    devices = [contributor(f"r{number}") for number in range(4)]
    things = [ahead(45.0, "cow"), ahead(60.0, "cone")]
    frames = [
        drive(devices[number % 4], minutes_ago(50 - 4 * number), *things, frames=4)
        for number in range(10)
    ]
    fuse_in_turn(frames[:6])
    assert checkpoint_models.Checkpoint.objects.exists()
    everywhere = (-180.0, -90.0, 180.0, 90.0)
    offer_again(frame for one in frames[6:] for frame in one)
    *_, taken, other = at_once(
        lambda: list(area_refuse(everywhere)),
        lambda: list(area_refuse(everywhere)),
        fuse_pending,
        fuse_pending,
    )
    assert taken + other == 16
    assert_same_as_serial([frame for one in frames for frame in one])


def test_a_row_of_things_through_many_cells_is_locked_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Cones every 55 m for 9 km are one ground; workers at its ends must not pass each other."""
    asked: list[int] = []

    def noted(self: MoreCells, cells: frozenset[int]) -> None:
        self.cells = cells
        asked.append(len(cells))

    monkeypatch.setattr(MoreCells, "__init__", noted)
    monkeypatch.setattr(import_module("hazardmap.hazards.services.fuse_pending"), "BATCH", 14)
    device = contributor("row")
    frames = []
    for index in range(165):
        start = moved(*HELSINKI, 0.0, 55.0 * index)[:2]
        cone, at = ahead(20.0, "cone", start), minutes_ago(100 - index / 2)
        frames += drive(device, at, cone, start=start, frames=1)
    fuse_in_turn([frames[::2]])
    assert not asked, "every second cone is alone"
    offer_again(frames[1::2])
    at_once(*[fuse_pending] * 4)
    assert asked, "the ground was wider than what was locked at first"
    assert_same_as_serial(frames)


@pytest.mark.parametrize("start", [HELSINKI, border_start()], ids=["in a cell", "on a border"])
def test_a_look_counts_against_what_another_worker_is_just_writing(start: Place) -> None:
    """Neither worker sees the other's rows; yet the later one must take both into account.

    On the border, one looks from one cell and the other writes in the next one only.
    """
    cow = ahead(45.0, "cow", start)
    beyond = moved(cow.lon, cow.lat, 0.0, 45.0)[:2]
    seen = drive(contributor("ann"), minutes_ago(6), cow, start=beyond, heading_deg=180.0, frames=5)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            fuse_pending()
            looked = in_thread(
                pool, lambda: drive(contributor("ben"), minutes_ago(3), start=start, frames=2)
            ).result(20)
            later = in_thread(pool, fuse_pending)
            wait_for("the second worker", somebody_waits, timeout_s=10)
        assert later.result(20) == 2
    (hazard,) = hazards()
    assert [item.seen for item in trail(hazard.id)] == [True, False]
    assert_same_as_serial([*seen, *looked])


@pytest.mark.parametrize("round_", range(3))
def test_a_verdict_that_meets_new_evidence_is_as_good_as_before_or_after_it(round_) -> None:
    drive(contributor("ann"), minutes_ago(6), COW)
    fuse_pending()
    (cow,) = hazards()
    frames = drive(contributor("ben"), minutes_ago(3), COW)
    verdict, taken = at_once(
        lambda: verdict_give(hazard_id=cow.id, decision=Ruling.CONFIRM), fuse_pending
    )
    assert verdict
    assert taken == len(frames)
    (both,) = hazards()
    assert (both.id, both.confirmed, both.published, both.witnesses) == (cow.id, True, True, 2)
    assert_feed_tells_the_map()


def test_a_place_that_is_being_evaluated_waits_anew_for_a_newer_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _stored_cow()
    stale = import_module("hazardmap.hazards.services.stale_refuse")
    assert stale.stale_mark(None) == 1
    with ThreadPoolExecutor(1) as pool:
        marked = []

        def evaluated(cells: Any) -> None:
            marked.append(in_thread(pool, lambda: stale.stale_mark(None)))
            wait_for("the mark", lambda: somebody_waits() or marked[0].done(), timeout_s=10)

        monkeypatch.setattr(stale, "place_refuse", evaluated)
        next(stale.stale_refuse())
        assert marked[0].result(20) == 1
    assert learned_models.StalePlace.objects.count() == 1


def _taken_in_beside(make: Callable[[], list[Any]]) -> list[Any]:
    """These frames come, and are taken in, while another worker has not ended."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            fuse_pending()
            frames: list[Any] = in_thread(pool, make).result(20)
            later = in_thread(pool, fuse_pending)
            wait_for("it", lambda: later.done() or somebody_waits(), timeout_s=10)
        later.result(20)
    return frames


def test_a_copy_of_what_another_worker_is_just_taking_in_makes_no_witness() -> None:
    show(drive(contributor("ann"), minutes_ago(30), COW))

    def copy() -> list[Any]:
        frames = drive(contributor("mal"), minutes_ago(20), COW)
        show(frames, bits=2)
        return frames

    copied = _taken_in_beside(copy)
    (alone,) = hazards()
    assert (alone.witnesses, alone.published) == (1, False)
    assert Doubt.REPEATED_PICTURE in reasons(copied)


def test_nobody_is_elsewhere_while_another_worker_takes_in_where_he_is() -> None:
    device = contributor("ann")
    drive(device, minutes_ago(30), COW)
    there = _taken_in_beside(
        lambda: drive(device, minutes_ago(28), ahead(45.0, start=FAR), start=FAR)
    )
    assert set(reasons(there)) == {Doubt.IMPOSSIBLE_SPEED}


def test_two_sweeps_at_once_expire_each_hazard_once() -> None:
    hazard = _stored_cow()
    due = [
        replace(hazard, id=new_id(), expires_at=minutes_ago(1), lon=hazard.lon + index / 100)
        for index in range(1200)
    ]
    models.Hazard.objects.bulk_create(hazard_row(one) for one in due)
    assert sum(at_once(*[expire_faded] * 3)) == 1200
    removed = [event for event in changes(0, limit=9999).events if event.change is Change.REMOVED]
    assert sorted(event.hazard.id for event in removed) == sorted(one.id for one in due)


def test_a_sighting_that_meets_the_sweep_appears_after_the_removal() -> None:
    """Fusion must not take for live what the sweep is just taking off the map."""
    hazard = _stored_cow()
    models.Hazard.objects.filter(id=hazard.id).update(expires_at=minutes_ago(0))
    drive(contributor("ben"), minutes_ago(2), COW)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert expire_faded() == 1
            later = in_thread(pool, fuse_pending)
            wait_for("the worker", somebody_waits, timeout_s=10)
        later.result(20)
    assert events(hazard.id) == ["appeared", "removed", "appeared"]
    assert_feed_tells_the_map()


def test_a_reader_of_the_feed_skips_no_event_that_is_committed_late() -> None:
    """The transaction that began last writes first and commits last."""
    hazard = _stored_cow()
    seen = [event.cursor for event in changes(0, limit=10).events]
    early = replace(hazard, id=new_id())
    late = replace(hazard, id=new_id())
    with ThreadPoolExecutor(1) as pool:
        together = Barrier(2)

        def began_first() -> None:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_current_xact_id()")
                together.wait(20)
                together.wait(20)
                events_write([(Change.APPEARED, early)])

        other = in_thread(pool, began_first)
        together.wait(20)
        with transaction.atomic():
            events_write([(Change.APPEARED, late)])
            together.wait(20)
            wait_for("the other's turn", lambda: somebody_waits() or other.done(), timeout_s=10)
            seen += in_thread_of_its_own(lambda: read_on(seen))
        other.result(20)
    while new := read_on(seen):
        seen += new
    assert seen == sorted(seen)
    assert len(seen) == models.HazardEvent.objects.count() == 3


def read_on(seen: list[int]) -> list[int]:
    return [event.cursor for event in changes(seen[-1], limit=1).events]


def _stored_cow() -> Any:
    drive(contributor("ann"), minutes_ago(6), COW)
    fuse_pending()
    (hazard,) = hazards()
    assert hazard_get(hazard.id) == hazard
    return hazard


def test_a_lock_reaches_everything_that_can_be_seen_from_a_place() -> None:
    """Two places within reach of each other always share a locked cell, wherever they lie."""
    least_m = min(
        h3.edge_length(edge, unit="m")
        for pentagon in h3.get_pentagons(LOCK_RES)
        for near in h3.grid_disk(pentagon, 2)
        for edge in h3.origin_to_directed_edges(near)
    )
    assert least_m > 2 * 180.0, "a cell is narrower than what is seen across it"
