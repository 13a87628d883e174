"""The live stream: who listens to a part of the map hears all of its changes, once, in order."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import h3.api.basic_int as h3
import pytest
from django.db import connection, transaction

from hazardmap.core.fusion.hazard import Change, Hazard
from hazardmap.hazards.change_feed import latest_cursor
from hazardmap.hazards.services.events_write import events_write
from tests.live_scene import FINLAND, Server, served
from tests.map_scene import on_map
from tests.tile_reading import tile_at
from tiles.live import answers, hub, listener
from tiles.live.answers import live_problem

pytestmark = pytest.mark.django_db(transaction=True)
HELSINKI, RENNES = (24.94, 60.17), (-1.68, 48.11)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """That reads the feed often."""
    monkeypatch.setattr(hub, "EVERY_S", 0.05)
    with served() as server:
        yield server


def told(*hazards: Hazard, change: Change = Change.CHANGED) -> None:
    with transaction.atomic():
        events_write([(change, hazard) for hazard in hazards])


def ids(heard: list[dict[str, Any]]) -> list[str]:
    return [one["hazard"]["id"] for one in heard]


def test_a_listener_hears_what_happens_in_its_area_and_nothing_else(server: Server) -> None:
    here, there = on_map(HELSINKI, RENNES)
    cell = h3.latlng_to_cell(HELSINKI[1], HELSINKI[0], 5)
    with server.listening() as box, server.listening(f"cells={cell:x}") as cells:
        told(there, here, change=Change.APPEARED)
        told(there)
        told(here, change=Change.REMOVED)
        for stream in (box, cells):
            heard = stream.hazards(2)
            assert ids(heard) == [str(here.id)] * 2
            assert [one["change"] for one in heard] == ["appeared", "removed"]
            tile = tile_at(*HELSINKI, 16)
            assert heard[0]["tiles"] == [f"16/{tile.x}/{tile.y}"]
            assert heard[0]["hazard"]["kind"] == "cone"


def test_one_that_was_merged_is_heard_with_its_heir(server: Server) -> None:
    hazard, heir = on_map(HELSINKI, HELSINKI)
    with server.listening() as stream:
        with transaction.atomic():
            events_write([(Change.REMOVED, hazard)], heirs={hazard.id: heir.id})
        told(heir)
        assert [one["merged_into"] for one in stream.hazards(2)] == [str(heir.id), None]


def test_one_that_leaves_an_area_is_heard_there_too(server: Server) -> None:
    (hazard,) = on_map(HELSINKI)
    (gone,) = on_map(RENNES)
    moved = Hazard(**{name: getattr(gone, name) for name in gone.__slots__} | {"id": hazard.id})
    with server.listening() as stream:
        told(hazard)
        told(moved)
        first, second = stream.hazards(2)
        assert first["hazard"]["lon"] == pytest.approx(HELSINKI[0])
        assert second["hazard"]["lon"] == pytest.approx(RENNES[0])
        assert len(second["tiles"]) == 2


def test_who_comes_back_has_missed_nothing_and_hears_nothing_twice(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "PAGE", 7)
    here, there = on_map(HELSINKI, RENNES)
    with server.listening() as stream:
        told(here)
        cursor = stream.event()["id"]
    for _ in range(20):
        told(here, there)
    with (
        server.listening(Last_Event_ID=cursor) as again,
        server.listening(f"{FINLAND}&since={cursor}") as other,
    ):
        for _ in range(10):
            told(here)
        for stream in (again, other):
            cursors = [int(stream.event()["id"]) for _ in range(30)]
            assert cursors == sorted(set(cursors))
            assert cursors[-1] == latest_cursor()


def test_many_come_and_go_while_the_map_changes(server: Server) -> None:
    """A client that reconnects at every event still hears each exactly once."""
    (here,) = on_map(HELSINKI)
    start = latest_cursor()
    stop = threading.Event()

    def write() -> None:
        for _ in range(60):
            told(here)
            stop.wait(0.005)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    cursor, heard = str(start), []
    while len(heard) < 60:
        with server.listening(Last_Event_ID=cursor) as stream:
            cursor = stream.event()["id"]
            heard.append(int(cursor))
    writer.join()
    assert heard == list(range(heard[0], heard[0] + 60))


def test_a_cursor_that_means_nothing_here_starts_anew(server: Server) -> None:
    (here,) = on_map(HELSINKI)
    told(here)
    with server.listening(Last_Event_ID=str(10**17)) as stream:
        reset = stream.event()
        assert (reset["event"], reset["id"]) == ("reset", str(latest_cursor()))
        told(here)
        assert ids(stream.hazards(1)) == [str(here.id)]


def test_heartbeats_carry_the_cursor(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "HEARTBEAT_S", 0.1)
    monkeypatch.setattr(hub, "HEARTBEAT_S", 0.1)
    (far,) = on_map(RENNES)
    with server.listening() as stream:
        told(far)
        while f"id: {latest_cursor()}".encode() not in stream._until(b"\n\n"):
            pass


REFUSED = (
    ("", "bbox or cells"),
    ("?bbox=1,2,3", "bbox must be west,south,east,north"),
    ("?bbox=1,2,3,4&cells=8a1fb46622dffff", "give one of them"),
    ("?cells=xyz", "cells must be H3 cells"),
    ("?cells=-1", "cells must be H3 cells"),
    ("?cells=ffffffffffffffff", "cells must be H3 cells"),
    ("?cells=851126d3fffffff,861126d37ffffff", "one resolution"),
    ("?cells=" + ",".join(["851126d3fffffff"] * 201), "200 at most"),
    (f"?{FINLAND}&since=x", "cursor"),
    (f"?{FINLAND}&sinse=7", "sinse is no parameter here; did you mean since?"),
)


def test_what_cannot_be_listened_to_is_refused(server: Server) -> None:
    for target, rule in REFUSED:
        status, body = server.refusal(f"/live/v1/hazards{target}")
        assert status == body["status"] == 400, target
        assert rule in body["detail"]


def test_other_requests_are_refused(server: Server) -> None:
    assert server.refusal("/live/v1/other")[0] == 404
    for text, status in (
        ("POST /live/v1/hazards HTTP/1.1\r\nHost: a\r\n\r\n", 405),
        ("x\r\n\r\n", 400),
    ):
        stream = server.send(text)
        assert f" {status} " in stream.head()
        assert stream.hangs_up()
    endless = server.send("GET /live/v1/hazards HTTP/1.1\r\nX: " + "y" * 40_000)
    assert " 400 " in endless.head()


def test_there_are_only_so_many_from_one_address_and_a_place_is_given_back(server: Server) -> None:
    server.house.per_address = 2
    path = f"/live/v1/hazards?{FINLAND}"
    with server.listening():
        with server.listening():
            assert server.refusal(path)[0] == 429
            server.house.most = 2
            assert server.refusal(path)[0] == 503
        while server.house.addresses.total() == 2:
            pass
        with server.listening():
            pass
    assert server.house.hub.cursor is not None


def test_who_does_not_read_is_let_go(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """With messages of a megabyte, so that the system's own buffers are soon full."""
    made = hub.message

    def large(move: Any) -> Any:
        said = made(move)
        return said._replace(text=said.text + b":" + b"x" * 1_000_000 + b"\n\n")

    monkeypatch.setattr(hub, "message", large)
    (here,) = on_map(HELSINKI)
    slow = server.get(f"/live/v1/hazards?{FINLAND}")
    slow.head()
    with closing(slow.socket):
        for _ in range(40):
            told(here)
            time.sleep(0.1)
            if not server.house.addresses:
                break
        assert not server.house.addresses


def test_who_says_nothing_is_let_go(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "HEAD_S", 0.1)
    silent = server.send("GET ")
    assert silent.hangs_up()


def test_without_a_database_listeners_stay_and_miss_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here,) = on_map(HELSINKI)
    away = threading.Event()
    read = hub.moves_since

    def moves_since(cursor: int, *, limit: int) -> Any:
        if away.is_set():
            raise hub.DatabaseError("away")
        return read(cursor, limit=limit)

    monkeypatch.setattr(hub, "moves_since", moves_since)
    with server.listening() as stream:
        told(here)
        first = stream.event()["id"]
        away.set()
        told(here)
        with server.listening(Last_Event_ID=str(int(first) - 1)) as late:
            late._until(b"waiting\n\n")
            away.clear()
            assert ids(stream.hazards(1)) == [str(here.id)]
            assert ids(late.hazards(2)) == [str(here.id)] * 2


def test_the_status_hears_whether_it_answers(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert live_problem(f"127.0.0.1:{server.port}") == ""
    assert live_problem("127.0.0.1:1") == "Connection refused"
    assert live_problem(f"unix:{tmp_path}/live.socket") == "No such file or directory"
    monkeypatch.setattr(answers, "PATIENCE_S", 0.05)
    with closing(socket.socket(socket.AF_UNIX)) as hung:
        hung.bind(f"{tmp_path}/live.socket")
        hung.listen()
        assert live_problem(f"unix:{tmp_path}/live.socket") == "timed out"
