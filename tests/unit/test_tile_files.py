"""Built tiles as files: made once however many ask, never fresh when a change came meanwhile."""

import gzip
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path
from threading import Barrier, Event

import pytest
from django.conf import settings

from tiles import files
from tiles.files import Unavailable, fetch, forget
from tiles.mercator import Tile
from tiles.sweep import sweep

TILE = Tile(14, 9326, 4743)


def put(body: bytes | None, *, keep_s: int | None = None) -> files.Built:
    return fetch("hazards", TILE, lambda: body, keep_s)


def never() -> bytes:
    raise AssertionError("built again")


def names() -> set[str]:
    return {path.name for path in Path(settings.TILE_FILES).rglob("4743*")}


@pytest.mark.parametrize("body", [b"tile", None])
def test_a_tile_is_built_once_even_an_empty_one(body: bytes | None) -> None:
    built = put(body)
    assert fetch("hazards", TILE, never, None) == built
    assert built.body is None if body is None else gzip.decompress(built.body or b"") == body
    assert names() == {"4743.empty" if body is None else "4743.mvt.gz"}


def test_exactly_the_forgotten_tiles_are_built_anew() -> None:
    first, other = put(b"one"), Tile(14, 9327, 4743)
    fetch("hazards", other, lambda: b"two", None)
    fetch("roads", TILE, lambda: b"road", None)
    assert forget("hazards", [TILE, Tile(3, 1, 1)]) == 1
    assert forget("hazards", [TILE]) == 0
    again = put(b"new")
    assert gzip.decompress(again.body or b"") == b"new"
    assert again.etag != first.etag, "of the same second and the same size, yet another version"
    fetch("hazards", other, never, None)
    fetch("roads", TILE, never, None)


def test_many_changes_in_a_second_are_as_many_versions() -> None:
    seen = set()
    for _ in range(20):
        seen.add(put(b"same").etag)
        forget("hazards", [TILE])
    assert len(seen) == 20


def test_a_tile_that_nobody_forgets_is_good_for_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    put(b"old", keep_s=60)
    assert fetch("hazards", TILE, never, 60).body
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    assert gzip.decompress(put(b"new", keep_s=60).body or b"") == b"new"
    assert put(None, keep_s=60).body, "still good"

    def broken() -> bytes:
        raise Unavailable("no database")

    monkeypatch.setattr(time, "time", lambda: later + 61)
    assert gzip.decompress(fetch("hazards", TILE, broken, 60).body or b"") == b"new"
    with pytest.raises(Unavailable):
        fetch("hazards", Tile(0, 0, 0), broken, 60)
    assert not list(Path(settings.TILE_FILES).rglob("*.new"))


@pytest.mark.parametrize("built_again_meanwhile", [False, True])
def test_a_build_that_a_change_overtakes_is_not_kept(built_again_meanwhile: bool) -> None:
    begun, changed = Event(), Event()

    def overtaken() -> bytes:
        begun.set()
        changed.wait(5)
        return b"old"

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(fetch, "hazards", TILE, overtaken, None)
        begun.wait(5)
        forget("hazards", [TILE])
        if built_again_meanwhile:
            put(b"new")
        changed.set()
        assert gzip.decompress(slow.result().body or b"") == b"old"
    assert gzip.decompress(put(b"new").body or b"") == b"new"


def test_what_is_served_is_never_older_than_the_last_change() -> None:
    """Readers and a writer at full speed."""
    true = told = 0
    ends = time.monotonic() + 1.0

    def read() -> None:
        while time.monotonic() < ends:
            least = told
            found = fetch("hazards", TILE, lambda: b"%d" % true, None)
            assert int(gzip.decompress(found.body or b"")) >= least

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        while time.monotonic() < ends:
            true += 1
            forget("hazards", [TILE])
            told = true
        for reader in readers:
            reader.result()
    assert told > 10


@pytest.mark.parametrize("threads", [16, pytest.param(1000, marks=pytest.mark.soak)])
def test_many_threads_at_once_build_a_cold_tile_once(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PATIENCE_S", 60.0)
    builds, together = [], Barrier(threads)

    def build() -> bytes:
        builds.append(1)
        time.sleep(0.05)
        return b"tile"

    def ask() -> bytes | None:
        together.wait(60)
        return fetch("hazards", TILE, build, None).body

    with ThreadPoolExecutor(threads) as pool:
        bodies = {future.result() for future in [pool.submit(ask) for _ in range(threads)]}
    assert (len(builds), len(bodies)) == (1, 1)
    assert names() == {"4743.mvt.gz"}


def test_a_build_that_others_do_not_wait_for_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "PATIENCE_S", 0.05)
    begun, given_up = Event(), Event()

    def slow() -> bytes:
        begun.set()
        given_up.wait(5)
        return b"tile"

    with ThreadPoolExecutor(1) as pool:
        building = pool.submit(fetch, "hazards", TILE, slow, None)
        begun.wait(5)
        with pytest.raises(Unavailable):
            fetch("hazards", TILE, never, None)
        with pytest.raises(Unavailable):
            fetch("hazards", TILE, never, None, lambda: True)
        given_up.set()
        built = building.result()
    assert fetch("hazards", TILE, never, None) == built
    assert names() == {"4743.mvt.gz"}


def builder(log: Path, seconds: float) -> ForkProcess:
    """A process that asks for the tile, and takes so long if it has to build it."""

    def build() -> bytes:
        with log.open("ab", buffering=0) as file:
            file.write(b"built\n")
        time.sleep(seconds)
        return b"tile"

    process = get_context("fork").Process(target=fetch, args=("hazards", TILE, build, None))
    process.start()
    return process


def test_processes_build_a_cold_tile_once_and_a_killed_one_is_replaced(tmp_path: Path) -> None:
    log = tmp_path / "builds"
    slow = builder(log, 60)
    while not log.exists():
        time.sleep(0.01)
    others = [builder(log, 0.2) for _ in range(3)]
    time.sleep(0.3)
    assert log.read_bytes().count(b"built") == 1, "the others wait"
    slow.kill()
    for other in others:
        other.join(10)
    assert [other.exitcode for other in others] == [0, 0, 0]
    assert log.read_bytes().count(b"built") == 2
    assert names() == {"4743.mvt.gz"}


def test_the_disk_is_bounded_and_what_nobody_forgets_ages_away() -> None:
    now = int(time.time())
    for y in range(10):
        tile = Tile(14, 1, y)
        fetch("hazards", tile, lambda: os.urandom(9000), None)
        path = Path(settings.TILE_FILES, "hazards", "14", "1", f"{y}.mvt.gz")
        os.utime(path, (now - 100 + y, now - 100 + y))
    fetch("roads", TILE, lambda: b"road", 60)
    sweep({"hazards": None, "roads": 60}, limit_bytes=10**9)
    assert len(list(Path(settings.TILE_FILES).rglob("*.mvt.gz"))) == 11
    os.utime(next(Path(settings.TILE_FILES, "roads").rglob("*.gz")), (now - 61, now - 61))
    sweep({"hazards": None, "roads": 60}, limit_bytes=60_000)
    left = {path.name for path in Path(settings.TILE_FILES).rglob("*.mvt.gz")}
    assert left == {f"{y}.mvt.gz" for y in range(4, 10)}, "the oldest went first"
    assert not Path(settings.TILE_FILES, "roads", "14").exists(), "and no empty folder stays"
    os.utime(Path(settings.TILE_FILES, "hazards", "14", "1", "9.mvt.gz"), (1000, 1000))
    sweep({"hazards": None, "roads": 60}, limit_bytes=10**9)
    assert len(list(Path(settings.TILE_FILES).rglob("*.mvt.gz"))) == 5, "of before the last boot"


def test_tiles_make_room_on_a_disk_that_is_nearly_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what cannot be made again: frames, and what was used."""
    now = int(time.time())
    for y in range(5):
        fetch("hazards", Tile(14, 1, y), lambda: os.urandom(9000), None)
        path = Path(settings.TILE_FILES, "hazards", "14", "1", f"{y}.mvt.gz")
        os.utime(path, (now - 100 + y, now - 100 + y))
    module = import_module("tiles.sweep")
    for missing, left in ((-1, 5), (15_000, 3), (10**6, 0)):
        free = module.LEFT_BYTES - missing
        monkeypatch.setattr(module, "free_bytes", lambda _, free=free: free)
        sweep({"hazards": None})
        names = {path.name for path in Path(settings.TILE_FILES).rglob("*.mvt.gz")}
        assert names == {f"{y}.mvt.gz" for y in range(5 - left, 5)}


def test_a_sweep_walks_once_and_not_again_for_the_next_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walks = []
    walk = import_module("tiles.sweep")._files

    def counted(root: Path) -> Iterator[object]:
        walks.append(root)
        return walk(root)

    monkeypatch.setattr("tiles.sweep._files", counted)
    fetch("roads", TILE, lambda: b"tile", None)
    path = next(Path(settings.TILE_FILES).rglob("4743*"))
    os.utime(path, (1000, 1000))
    assert sweep({"roads": 60}, every_s=120.0) == 1
    assert len(walks) == 1
    assert sweep({"roads": 60}, every_s=120.0) == 0
    assert len(walks) == 1, "another process has just been there"
    lock = Path(settings.TILE_FILES, "sweep.lock")
    for swept_s in (time.time() - 121, 1000.0):
        os.utime(lock, (swept_s, swept_s))
        sweep({"roads": 60}, every_s=120.0)
    assert len(walks) == 3
    os.utime(lock, (1000.0, 1000.0))
    sweep({"roads": 60}, every_s=time.time())
    assert len(walks) == 4, "before the machine's last start"
