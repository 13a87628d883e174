"""Without PostgreSQL or Redis built tiles go on with their age; all comes back by itself."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections
from django.http import HttpResponse
from django.test import RequestFactory

from hazardmap.platform import silence
from hazardmap.platform.problems import MEDIA_TYPE as PROBLEM
from tests.map_scene import in_tiles
from tests.tile_reading import get_path, get_tile, tile_at
from tiles import building, files, layers, own_connection
from tiles.files import forget
from tiles.mercator import Tile

HELSINKI = (24.94, 60.17)
TILE = tile_at(*HELSINKI, 14)
PATH = f"/tiles/v1/hazards/{TILE.z}/{TILE.x}/{TILE.y}.mvt"


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    """No test finds another's connection, nor leaves one to the end of the database."""
    yield
    own_connection.close()


@pytest.mark.django_db(transaction=True)
def test_without_a_database_what_is_built_is_served_and_the_rest_later() -> None:
    in_tiles(HELSINKI)
    built = get_path(PATH)
    assert get_path("/tiles/v1/hazards/0/0/0.mvt").status_code == 200
    there = connection.settings_dict["HOST"]
    try:
        connection.close()
        own_connection.close()
        connection.settings_dict["HOST"] = "/nowhere"
        still = get_path(PATH)
        assert (still.status_code, still.content) == (200, built.content)
        assert still.headers["Last-Modified"] == built.headers["Last-Modified"], "its age"
        cold = get_path("/tiles/v1/hazards/14/1/1.mvt")
        assert (cold.status_code, cold.headers["Retry-After"]) == (503, "5")
        assert cold.headers["Content-Type"] == PROBLEM
    finally:
        connection.settings_dict["HOST"] = there
    assert get_path("/tiles/v1/hazards/14/1/1.mvt").status_code == 204
    assert get_tile(TILE).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_has_died_is_replaced() -> None:
    in_tiles(HELSINKI)
    assert get_tile(TILE).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        assert cursor.fetchall() == [(True,)], "that of the tiles"
    forget("hazards", [TILE])
    assert get_path(PATH).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_takes_too_long_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    _layer(monkeypatch, _silent)
    monkeypatch.setattr(building, "STATEMENT_TIMEOUT_MS", 20)
    busy = get_path(PATH)
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "5")
    assert not building.is_hopeless(), "the server is there"
    monkeypatch.undo()
    assert get_tile(TILE).status_code == 204, "the next one has its time"


@pytest.mark.django_db(transaction=True)
def test_a_server_that_says_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    _layer(monkeypatch, _silent)
    monkeypatch.setattr(building, "STATEMENT_TIMEOUT_MS", 60_000)
    monkeypatch.setattr(building, "SILENCE_S", 0.2)
    hung = get_path(PATH)
    assert (hung.status_code, hung.headers["Retry-After"]) == (503, "5")
    monkeypatch.undo()
    assert get_tile(TILE).status_code == 204, "the next one connects anew"


@pytest.mark.django_db(transaction=True)
def test_no_statement_of_a_request_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silence, "STATEMENT_S", 0.2)
    with pytest.raises(OperationalError):
        silence.Bounded(lambda _: HttpResponse(_silent(TILE)))(RequestFactory().get("/"))
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_while_it_is_away_one_thread_asks_and_the_others_do_not_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, goes_on = Event(), Event()

    def away(tile: Tile) -> bytes:
        asked.set()
        goes_on.wait(20)
        raise OperationalError("no answer")

    in_tiles(HELSINKI)
    there = get_path(PATH)
    other = "/tiles/v1/workzones/9/1/1.mvt"
    goes_on.set()
    _layer(monkeypatch, away)
    monkeypatch.setattr(files, "PATIENCE_S", 60.0)
    assert get_path(PATH).status_code == 503
    asked.clear()
    goes_on.clear()
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(get_path, PATH)
        assert asked.wait(20)
        for path in (PATH, other):
            assert get_path(path).status_code == 503, "at once, and so is the same tile"
        goes_on.set()
        assert asking.result(20).status_code == 503
        pool.submit(connections.close_all).result(20)
    monkeypatch.undo()
    assert get_path(other).status_code == 204
    assert get_path(PATH).content == there.content


def _silent(tile: Tile) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(30)")
    return b"late"


@pytest.mark.django_db
def test_redis_is_not_needed(settings: Any) -> None:
    nowhere = {"LOCATION": "unix:///nowhere/redis.sock"}
    settings.CACHES = {"default": settings.CACHES["default"] | nowhere}
    in_tiles(HELSINKI)
    assert get_tile(TILE).status_code == 200


def test_a_mistake_of_ours_is_500_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, db: None
) -> None:
    def broken(tile: Tile) -> bytes:
        raise ZeroDivisionError

    _layer(monkeypatch, broken)
    failed = get_path(PATH)
    assert (failed.status_code, failed.headers["Content-Type"]) == (500, PROBLEM)
    assert "ZeroDivisionError" in caplog.text
    assert not list(Path(settings.TILE_FILES).rglob("*.new"))


def _layer(monkeypatch: pytest.MonkeyPatch, build: Callable[[Tile], bytes | None]) -> None:
    changed = replace(layers.LAYERS["hazards"], build=build)
    monkeypatch.setitem(layers.LAYERS, "hazards", changed)  # type: ignore[arg-type]
    forget("hazards", [TILE])
