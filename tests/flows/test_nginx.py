"""nginx in front of a web server: what is built is served, checked and metered without Python."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.utils import timezone

from hazardmap.core.access.tile_token import signed
from hazardmap.metering.models import UsageEvent
from hazardmap.metering.services import usage_ship
from tests.nginx_front import in_front
from tests.stack import wait_for
from tests.web_server import serving
from tiles import wsgi
from tiles.denied import EVERYBODY, deny
from tiles.files import forget
from tiles.mercator import Tile

pytestmark = pytest.mark.django_db
KID, SECRET, OLD_SECRET = "abcdefghijklmnop", "s" * 32, "o" * 32
TILE, EMPTY = Tile(14, 9326, 4743), Tile(14, 1, 1)
BODY = b"a tile" * 500


@dataclass
class Front:
    """web: host:port of the web server behind. builds: what that had to build."""

    url: str
    web: str
    builds: list[Tile]

    def get(self, path: str, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.get(f"{self.url}{path}", headers=named, timeout=20)


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings) -> Iterator[Front]:
    """nginx before the tile server, whose tiles need no database."""
    settings.TILE_SECRETS = (SECRET, OLD_SECRET)
    builds: list[Tile] = []

    def build(layer: str, tile: Tile) -> bytes | None:
        builds.append(tile)
        return None if tile == EMPTY else BODY

    monkeypatch.setattr(wsgi, "build_in_time", build)
    with serving() as web, in_front(tmp_path / "nginx", web=web) as url:
        builds.clear()
        yield Front(url, web, builds)


def bought(tile: Tile = TILE, *, kid: str = KID, secret: str = SECRET, days_ago: int = 0) -> str:
    """The address of a tile of the hazards, signed so many days ago."""
    now = timezone.now() - timedelta(days=days_ago)
    token = signed(kid, "hazards", secret=secret, now=now)
    return f"/t/{token.path()}/hazards/{tile.z}/{tile.x}/{tile.y}.mvt"


def metered() -> list[str]:
    """What has been metered, each once however often it is shipped."""
    usage_ship()
    usage_ship()
    return [event.subject for event in UsageEvent.objects.order_by("id")]


def test_a_cold_tile_is_built_once_and_from_then_on_a_file_that_python_never_sees(front) -> None:
    first = front.get(bought())
    assert (first.status_code, first.content, len(front.builds)) == (200, BODY, 1)
    assert "gunicorn" not in first.headers["server"]
    warm = [front.get(bought()) for _ in range(3)]
    assert {(one.status_code, one.content) for one in warm} == {(200, BODY)}
    assert len(front.builds) == 1
    for name in (
        "ETag",
        "Last-Modified",
        "Cache-Control",
        "Content-Type",
        "Content-Encoding",
        "X-Cost",
    ):
        assert warm[0].headers[name] == first.headers[name], name
    assert warm[0].headers["Cache-Control"] == "private, max-age=3"
    assert warm[0].headers["Access-Control-Allow-Origin"] == "*"
    assert metered() == [f"hazards/{TILE.z}/{TILE.x}/{TILE.y}"] * 4
    events = list(UsageEvent.objects.all())
    assert {(event.key_id, event.meter, event.quantity) for event in events} == {(KID, "tile", 1)}
    assert len({event.request_id for event in events}) == 4
    assert all(abs((timezone.now() - event.at).total_seconds()) < 60 for event in events)
    files = [path.name for path in Path(settings.USAGE_LOG).iterdir()]
    assert any("nginx" in name for name in files), "and it stays while it is written to"


def test_a_changed_tile_is_another_one_at_once(front) -> None:
    etag = front.get(bought()).headers["ETag"]
    known = front.get(bought(), If_None_Match=etag)
    assert (known.status_code, "X-Cost" in known.headers) == (304, False)
    forget("hazards", [TILE])
    assert front.get(bought(), If_None_Match=etag).status_code == 200
    assert front.get(bought(), If_None_Match=etag).status_code == 200
    assert len(front.builds) == 2


def test_only_good_addresses_are_served_even_from_a_file(front) -> None:
    good = bought()
    assert front.get(good).status_code == 200
    assert front.get(bought(secret=OLD_SECRET)).status_code == 200, "the old secret still holds"
    signature = good.split("/")[4]
    wrong = [
        good.replace(signature, signature[:-2] + ("AA" if signature[-2:] != "AA" else "BB")),
        good.replace(signature, "0000" + signature[4:]),
        good.replace(KID, "q" * 16),
        good.replace("/hazards/", "/roads/"),
        bought(secret=""),
        bought(secret="x" * 32),
    ]
    for path in wrong:
        refused = front.get(path)
        assert refused.status_code == 403, path
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.json()["status"] == 403
    expired = front.get(bought(days_ago=9))
    assert (expired.status_code, expired.json()["status"]) == (410, 410)
    assert front.get(good.replace(signature, signature + "x")).status_code == 404
    assert len(metered()) == 2


def test_a_denied_key_is_refused_at_once_and_only_that_one(front) -> None:
    other = bought(kid="b" * 16)
    assert [front.get(path).status_code for path in (bought(), other)] == [200, 200]
    deny({KID})
    assert [front.get(path).status_code for path in (bought(), other)] == [403, 200]
    deny(set())
    assert front.get(bought()).status_code == 200


def test_nobody_gets_a_tile_that_could_not_be_noted(front) -> None:
    assert front.get(bought()).status_code == 200
    deny({EVERYBODY})
    refused = front.get(bought())
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert refused.json()["detail"] == "Usage cannot be counted at the moment."
    assert front.get(f"/tiles/v1/hazards/{TILE.z}/{TILE.x}/{TILE.y}.mvt").status_code == 200
    deny(set())
    assert front.get(bought()).status_code == 200
    assert len(metered()) == 2


def test_a_client_that_knows_no_gzip_gets_plain_bytes(front) -> None:
    path = bought()
    for _ in ("cold", "warm"):
        plain = front.get(path, Accept_Encoding="identity")
        assert plain.content == BODY
        assert "Content-Encoding" not in plain.headers
        assert plain.headers["Vary"] == "Accept-Encoding"
        assert plain.headers["ETag"].startswith("W/")
        with httpx.stream("GET", f"{front.url}{path}", headers={"Accept-Encoding": "gzip"}) as raw:
            assert gzip.decompress(b"".join(raw.iter_raw())) == BODY
        again = front.get(path, Accept_Encoding="identity", If_None_Match=plain.headers["ETag"])
        assert again.status_code == 304


def test_what_carries_nothing_costs_nothing(front) -> None:
    etag = front.get(bought()).headers["ETag"]
    assert metered() == [f"hazards/{TILE.z}/{TILE.x}/{TILE.y}"]
    assert front.get(bought(), If_None_Match=etag).status_code == 304
    assert httpx.head(f"{front.url}{bought()}").status_code == 200
    assert [front.get(bought(EMPTY)).status_code for _ in range(3)] == [204] * 3
    assert front.builds.count(EMPTY) == 1, "nginx knows an empty tile by its file"
    ranged = front.get(bought(), Range="bytes=0-99")
    assert (ranged.status_code, ranged.content) == (200, BODY), "there are no free pieces"
    assert len(metered()) == 2


def test_free_tiles_come_from_the_same_files_and_cost_nothing(front) -> None:
    path = f"/tiles/v1/hazards/{TILE.z}/{TILE.x}/{TILE.y}.mvt"
    for _ in range(2):
        served = front.get(path)
        assert (served.status_code, served.content) == (200, BODY)
        assert served.headers["Cache-Control"] == "public, max-age=3"
    front.get(path.replace("hazards", "roads"))
    roads = front.get(path.replace("hazards", "roads"))
    assert roads.headers["Cache-Control"] == "public, max-age=3600"
    assert len(front.builds) == 2
    assert front.get("/tiles/v1/hazards/23/0/0.mvt").status_code == 400
    assert metered() == []


def test_the_archive_is_handed_out_in_parts(front) -> None:
    url = "/tiles/v1/hazardmap.pmtiles"
    assert front.get(url).status_code == 404
    path = Path(settings.TILE_EXPORT)
    path.parent.mkdir()
    path.write_bytes(bytes(range(200)))
    part = front.get(url, Range="bytes=100-103", Accept_Encoding="gzip")
    assert (part.status_code, part.content) == (206, bytes(range(100, 104)))
    assert part.headers["Content-Type"] == "application/vnd.pmtiles"
    assert part.headers["Content-Range"] == "bytes 100-103/200"
    assert part.headers["Access-Control-Allow-Origin"] == "*"
    assert front.get(url).content == path.read_bytes()


def test_without_the_web_server_built_tiles_go_on(front, monkeypatch) -> None:
    assert front.get(bought()).status_code == 200
    monkeypatch.setattr("tests.web_server.DOWN", True)
    assert front.get(bought()).status_code == 200
    cold = front.get(bought(Tile(3, 1, 1)))
    assert (cold.status_code, cold.headers["Retry-After"]) == (503, "5")
    assert cold.headers["Content-Type"] == "application/problem+json"
    monkeypatch.setattr("tests.web_server.DOWN", False)
    wait_for(
        "nginx to ask again",
        lambda: front.get(bought(Tile(3, 1, 1))).status_code == 200,
        timeout_s=30,
    )


def test_too_many_requests_with_one_key_are_told_to_wait(front, tmp_path) -> None:
    """With a smaller limit than ours, which would take thousands of requests."""
    smaller = [("rate=200r/s", "rate=1r/m"), ("burst=1000", "burst=2")]
    with in_front(tmp_path / "limited", web=front.web, instead=smaller) as url:
        limited = Front(url, front.web, front.builds)
        statuses = [limited.get(bought()).status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        refused = limited.get(bought())
        assert refused.headers["Retry-After"] == "1"
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert limited.get(bought(kid="b" * 16)).status_code == 200, "others are not hit"
