"""Answers to programs are compressed as they ask, and nothing else is."""

import gzip
import json

import brotli
import pytest
import zstandard

from hazardmap.platform.compressed import chosen
from tests.asked import WORLD
from tests.map_scene import buyer, put_hazard

pytestmark = pytest.mark.django_db
READ = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda body: zstandard.ZstdDecompressor().decompressobj().decompress(body),
}


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("gzip, deflate, br", "br"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1, br;q=0.5", "gzip"),
        ("zstd;q=0, *", "br"),
        ("*;q=0", None),
        ("GZIP;Q=1.0", "gzip"),
        ("gzip;q=x", None),
        (";;;,,=", None),
    ],
)
def test_the_coding_that_is_asked_for(accepted, coding):
    assert chosen(accepted) == coding


@pytest.mark.parametrize("path", ["hazards", "hazards/export"])
@pytest.mark.parametrize("coding", READ)
def test_an_answer_says_the_same_compressed(client, path, coding):
    key = buyer()
    for n in range(30):
        put_hazard(n, 50)
    headers = {"Authorization": f"Bearer {key.token}", "Accept-Encoding": coding}
    answer = client.get(f"/api/v1/{path}", {"bbox": WORLD}, headers=headers)
    assert answer["Content-Encoding"] == coding
    assert "Accept-Encoding" in answer["Vary"]
    body = answer.getvalue() if answer.streaming else answer.content
    assert len(json.loads(READ[coding](body))["features"]) == 30
    headers_plain = headers | {"Accept-Encoding": ""}
    plain = client.get(f"/api/v1/{path}", {"bbox": WORLD}, headers=headers_plain)
    plain_body = plain.getvalue() if plain.streaming else plain.content
    assert len(body) < len(plain_body) / 3
    head = client.head(f"/api/v1/{path}", {"bbox": WORLD}, headers=headers)
    assert not head.has_header("Content-Encoding")


def test_small_answers_and_pages_are_not(client):
    headers = {"Accept-Encoding": "gzip"}
    assert not client.get("/api/v1/nothing", headers=headers).has_header("Content-Encoding")
    assert not client.get("/about/", headers=headers).has_header("Content-Encoding")
    described = client.get("/api/v1/openapi.json", headers=headers)
    assert described["Content-Encoding"] == "gzip"


def test_a_page_for_people_has_every_operation(client):
    page = client.get("/api/").content.decode()
    assert page.count("<section id=") > 25
    assert "http://testserver/api/v1/hazards?bbox=24.9,60.1,25.0,60.2" in page
    assert "map.example" not in page
