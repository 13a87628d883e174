"""The whole map in one PMTiles archive: what is in it, how it is made, how it is handed out."""

import fcntl
import gzip
import itertools
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pmtiles.reader import MemorySource, Reader, all_tiles
from pmtiles.tile import Compression, TileType

from hazardmap.core.derived.workzone import ZoneChange
from hazardmap.core.geometry.coverings import looked_cell
from hazardmap.hazards import models
from hazardmap.platform.problems import MEDIA_TYPE as PROBLEM
from tests.map_scene import around, made_up_zone, on_map, tell_zone, to_tiles
from tests.tile_reading import tile_at
from tiles import archive, download, export, layers
from tiles.archive import writing
from tiles.mercator import Tile
from tiles.tasks import export_tiles

pytestmark = pytest.mark.django_db
HELSINKI = (24.94, 60.17)
DATE_LINE = (179.9999, 65.0)
URL = "/tiles/v1/hazardmap.pmtiles"


@pytest.fixture
def path(settings: Any) -> Path:
    return Path(settings.TILE_EXPORT)


def read(path: Path) -> dict[Tile, bytes]:
    return {
        Tile(*address): gzip.decompress(body)
        for address, body in all_tiles(MemorySource(path.read_bytes()))
    }


def as_served(tile: Tile) -> bytes:
    return b"".join(layers.build(name, tile) or b"" for name in export.LAYERS)


def test_every_tile_is_what_the_server_gives_and_none_is_missing(path: Path) -> None:
    on_map(*around(HELSINKI, 30.0, 6), DATE_LINE)
    on_map(HELSINKI, kind="cow")
    tell_zone(made_up_zone(HELSINKI, (24.95, 60.175)), ZoneChange.APPEARED)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    for place in (HELSINKI, DATE_LINE):
        models.Look.objects.create(
            cell=looked_cell(*place), witness=1, hour=hour, last_at=hour, told=True
        )
    to_tiles()
    call_command("export_tiles", verbosity=0)
    found = read(path)
    assert all(found[tile] == as_served(tile) for tile in found)
    for zoom, place, dx, dy in itertools.product(
        (0, 5, 8, 10, 12, 15), (HELSINKI, DATE_LINE), (-1, 0, 1), (-1, 0, 1)
    ):
        middle = tile_at(*place, zoom)
        tile = Tile(zoom, (middle.x + dx) % (1 << zoom), middle.y + dy)
        if tile.exists:
            assert found.get(tile, b"") == as_served(tile), tile
    decoded = mapbox_vector_tile.decode(found[tile_at(*HELSINKI, 15)])
    assert decoded.keys() == {"hazards", "workzones", "coverage"}
    assert len(decoded["hazards"]["features"]) == 7, "each device"
    reader = Reader(MemorySource(path.read_bytes()))
    header, metadata = reader.header(), reader.metadata()
    assert (header["tile_type"], header["tile_compression"]) == (TileType.MVT, Compression.GZIP)
    assert (header["min_zoom"], header["max_zoom"], header["clustered"]) == (0, 15, True)
    assert metadata["license"] == "CC BY-SA 4.0"
    assert "hazardmap contributors" in metadata["attribution"]
    described = {layer["id"] for layer in metadata["vector_layers"]}
    assert described >= {"cells", "hazards", "workzones", "coverage"}
    assert len(described) == len(metadata["vector_layers"]), "no layer twice in one tile"
    assert metadata["half_lives"]["cow"] > 0


def test_clients_are_told_of_all_that_is_archived(path: Path) -> None:
    """They ask for no tile beyond the bounds of the header."""
    on_map(HELSINKI)
    looked = (26.0, 61.0)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    models.Look.objects.create(
        cell=looked_cell(*looked), witness=1, hour=hour, last_at=hour, told=True
    )
    to_tiles()
    export_tiles()
    west, south, east, north = bounds_of(path)
    assert west < HELSINKI[0] < looked[0] < east
    assert south < HELSINKI[1] < looked[1] < north
    assert (east - west, north - south) == pytest.approx((1.06, 0.83), abs=0.03), "and of no more"
    deepest = [tile for tile in read(path) if tile.z == 15]
    assert tile_at(west + 1e-6, north - 1e-6, 15) == Tile(
        15, min(tile.x for tile in deepest), min(tile.y for tile in deepest)
    )
    assert tile_at(east - 1e-6, south + 1e-6, 15) == Tile(
        15, max(tile.x for tile in deepest), max(tile.y for tile in deepest)
    )


def bounds_of(path: Path) -> list[float]:
    header = Reader(MemorySource(path.read_bytes())).header()
    sides = ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")
    return [header[side] / 1e7 for side in sides]


def test_an_empty_map_is_an_archive_too(path: Path) -> None:
    export_tiles()
    assert read(path) == {Tile(0, 0, 0): b""}
    assert bounds_of(path) == pytest.approx([-180, -85.0511, 180, 85.0511], abs=1e-3)


def test_what_fails_or_runs_already_leaves_the_archive_as_it_is(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    path.write_bytes(b"the old one")
    with writing(path), pytest.raises(CommandError, match="Another process"):
        call_command("export_tiles", verbosity=0)
    path.write_bytes(b"the old one")
    on_map(*around(HELSINKI, 500.0, 9))
    to_tiles()
    monkeypatch.setattr(export, "_add", _failing_after(5, export._add))
    with pytest.raises(CommandError, match="no space left"):
        call_command("export_tiles", verbosity=0)
    assert path.read_bytes() == b"the old one"
    monkeypatch.undo()
    export_tiles()
    assert len(read(path)) > 12, "started again"


def test_it_does_not_fill_the_disk_and_leaves_no_half_of_an_archive(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_map(*around(HELSINKI, 500.0, 9))
    to_tiles()
    export_tiles()
    before = path.read_bytes()
    # Room for what is written first, and not for its copy.
    monkeypatch.setattr(archive, "free_bytes", lambda _: archive.SPARE_BYTES + 100)
    with pytest.raises(CommandError, match="too little room"):
        call_command("export_tiles", verbosity=0)
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*.partial"))


def test_who_comes_as_another_one_ends_leaves_the_archive_whole(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened before the other one has put its file in place, and locked after that."""
    lock = fcntl.flock
    other = writing(path)
    other.__enter__().finish({}, export.WORLD)

    def when_the_other_has_ended(*asked: Any) -> None:
        monkeypatch.undo()
        other.__exit__(None, None, None)
        lock(*asked)

    monkeypatch.setattr(fcntl, "flock", when_the_other_has_ended)
    with writing(path) as ours:
        assert read(path) == {Tile(0, 0, 0): b""}, "of the other"
        ours.add(Tile(0, 0, 0), b"ours")
        ours.finish({}, export.WORLD)
    assert read(path) == {Tile(0, 0, 0): b"ours"}


def _failing_after(count: int, call: Callable[..., None]) -> Callable[..., None]:
    calls = itertools.count(1)

    def failing(*args: Any) -> None:
        if next(calls) > count:
            raise OSError("no space left on device")
        call(*args)

    return failing


@pytest.fixture
def body(path: Path) -> bytes:
    path.parent.mkdir()
    path.write_bytes(bytes(range(200)))
    return path.read_bytes()


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=7-7", 7, 8),
        ("bytes=190-", 190, 200),
        ("bytes=150-100000", 150, 200),
        ("bytes=-3", 197, 200),
        ("bytes=-300", 0, 200),
    ],
)
def test_a_part_of_the_archive(body: bytes, asked: str, first: int, end: int) -> None:
    part = Client().get(URL, headers={"Range": asked})
    assert part.status_code == 206
    assert part.getvalue() == body[first:end]
    assert part.headers["Content-Range"] == f"bytes {first}-{end - 1}/200"
    assert part.headers["Content-Length"] == str(end - first)


def test_the_whole_archive_and_what_is_known_already(body: bytes) -> None:
    client = Client()
    whole = client.get(URL)
    assert (whole.status_code, whole.getvalue()) == (200, body)
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Access-Control-Allow-Origin"] == "*"
    etag = whole.headers["ETag"]
    assert client.get(URL, headers={"If-None-Match": etag}).status_code == 304
    assert client.head(URL).headers["Content-Length"] == "200"
    same = client.get(URL, headers={"Range": "bytes=0-9", "If-Range": etag})
    assert (same.status_code, same.getvalue()) == (206, body[:10])
    other = client.get(URL, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (other.status_code, other.getvalue()) == (200, body), "parts of two files do not mix"
    for nonsense in ("bytes=9-2", "bytes=-", "lines=1-2", "bytes=0-1,5-6"):
        assert client.get(URL, headers={"Range": nonsense}).status_code == 200
    for beyond in ("bytes=200-", "bytes=-0"):
        refused = client.get(URL, headers={"Range": beyond})
        assert (refused.status_code, refused.headers["Content-Range"]) == (416, "bytes */200")


def test_without_an_archive_the_answer_says_so() -> None:
    refused = Client().get(URL)
    assert (refused.status_code, refused.headers["Content-Type"]) == (404, PROBLEM)


def test_long_downloads_leave_threads_to_others(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "SHORT_BYTES", 100)
    slow = [Client().get(URL) for _ in range(download.LONG_AT_ONCE)]
    refused = Client().get(URL)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    assert Client().get(URL, headers={"Range": "bytes=0-99"}).status_code == 206
    slow.pop().close()
    again = Client().get(URL)
    assert again.getvalue() == body
    again.close()
    slow.pop().close()
