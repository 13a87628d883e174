"""OGC API Features: what the standard asks for, and what two GIS libraries read of it."""

import base64
import json
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone
from drf_spectacular.validation import validate_schema

from hazardmap.api.ogc import collections
from hazardmap.core.geometry.box_cells import is_in
from tests.asked import billed, every_page, ids
from tests.map_scene import around, looked_at, put_hazard, put_zone
from tests.problems import assert_problem

READ = """
import json, sys, geopandas
frames = {name: geopandas.read_file(sys.argv[1], layer=name) for name in sys.argv[2:]}
assert not any(frame.geometry.is_empty.any() for frame in frames.values())
print(json.dumps({name: len(frame) for name, frame in frames.items()}))
"""
HELSINKI = (24.94, 60.17)
NORTH = (24.94, 60.1727)


def get(client, path, token="", **params):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return client.get(f"/ogc/{path}", params, headers=headers)


def items(client, key, collection, **params):
    answer = get(client, f"collections/{collection}/items", key.token, **params)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/geo+json"
    return answer.json()


@pytest.mark.django_db
def test_it_describes_itself_with_links_that_work(client, key):
    landing = get(client, "").json()
    by_rel = {link["rel"]: link["href"] for link in landing["links"]}
    document = client.get(by_rel["service-desc"])
    assert document["Content-Type"] == "application/vnd.oai.openapi+json;version=3.0"
    validate_schema(document.json())
    assert any("conf/core" in one for one in client.get(by_rel["conformance"]).json()["conformsTo"])
    listed = client.get(by_rel["data"]).json()["collections"]
    assert [one["id"] for one in listed] == ["hazards", "workzones", "coverage"]
    for one in listed:
        links = {link["rel"]: link["href"] for link in one["links"]}
        assert client.get(links["self"]).json() == one
        assert_problem(client.get(links["items"]), 401)
        path = f"/collections/{one['id']}/items"
        assert path in document.json()["paths"]
        assert client.get(links["items"], headers={"X": "y"}).headers["WWW-Authenticate"]
        found = items(client, key, one["id"])
        assert (found["numberReturned"], found["numberMatched"]) == (0, 0)
    assert_problem(get(client, "collections/nothing"), 404)
    assert_problem(get(client, "", nothing=1), 400, "nothing")


@pytest.mark.django_db
def test_it_describes_parameters_in_the_words_of_the_standard(client):
    """OGC 17-069r4, requirements 13 to 29: what its test suite compares."""
    paths = get(client, "api").json()["paths"]
    for name in ("hazards", "workzones", "coverage"):
        listed = paths[f"/collections/{name}/items"]["get"]["parameters"]
        by_name = {one["name"]: one for one in listed}
        for parameter in ("bbox", "datetime", "limit"):
            one = by_name[parameter]
            assert (one["in"], one["required"]) == ("query", False)
            assert (one["style"], one["explode"]) == ("form", False)
        assert by_name["bbox"]["schema"] == {
            "type": "array",
            "minItems": 4,
            "maxItems": 6,
            "items": {"type": "number"},
        }
        assert by_name["datetime"]["schema"] == {"type": "string"}
        limit = {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}
        assert by_name["limit"]["schema"] == limit


@pytest.mark.django_db
def test_what_is_made_up_can_be_left_out(client, key):
    real = {"hazards": put_hazard(*HELSINKI), "workzones": put_zone(HELSINKI, NORTH)}
    put_hazard(*HELSINKI, simulated=True)
    put_zone(HELSINKI, NORTH, simulated=True)
    for name, id_ in real.items():
        assert items(client, key, name)["numberMatched"] == 2
        (found,) = items(client, key, name, simulated="false")["features"]
        assert found["id"] == str(id_)


@pytest.mark.django_db
def test_hazards_by_box_time_and_page(client, key):
    put = sorted(put_hazard(24 + n / 10, 60) for n in range(5))
    old = timezone.now() - timedelta(days=3)
    put_hazard(24, 60, first_seen=old, last_seen=old)
    box = {"bbox": "23.9,59,24.25,61"}
    assert items(client, key, "hazards", **box)["numberMatched"] == 4
    assert items(client, key, "hazards", bbox="23.9,59,-5,24.25,61,100")["numberMatched"] == 4
    for interval, number in [
        (old.isoformat(), 1),
        (f"../{(old + timedelta(hours=1)).isoformat()}", 1),
        (f"{(old + timedelta(hours=1)).isoformat()}/..", 3),
        (f"{(old - timedelta(hours=1)).isoformat()}/", 4),
        ("../..", 4),
    ]:
        assert items(client, key, "hazards", datetime=interval, **box)["numberReturned"] == number
    query = {"limit": 2, "datetime": f"{old.isoformat()}/.."}
    first = get(client, "collections/hazards/items", key.token, **query)
    seen = [id_ for page in every_page(client, key.token, first) for id_ in ids(page)]
    assert len(seen) == len(set(seen)) == 6
    one = get(client, f"collections/hazards/items/{put[0]}", key.token).json()
    assert one["id"] == str(put[0])
    assert items(client, key, "hazards", limit=10**9)["numberReturned"] == 6
    for wrong, field in [
        ({"limit": 0}, "limit"),
        ({"datetime": "yesterday"}, "datetime"),
        ({"datetime": f"{timezone.now().isoformat()}/{old.isoformat()}"}, "datetime"),
        ({"bbox": "1,2,3"}, "bbox"),
        ({"f": "html"}, "f"),
        ({"boox": "1"}, "boox"),
    ]:
        assert_problem(get(client, "collections/hazards/items", key.token, **wrong), 400, field)
    for nothing in ("x", "7" * 32):
        for collection in ("hazards", "workzones", "coverage"):
            path = f"collections/{collection}/items/{nothing}"
            assert_problem(get(client, path, key.token), 404)
    assert sum(billed()) == 4 + 4 + 1 + 1 + 3 + 4 + 4 + 6 + 1 + 6


@pytest.mark.django_db
@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_no_page_of_coverage_is_empty_before_the_end(client, key, monkeypatch, limit):
    """GIS programs stop at an empty page, whatever its link says."""
    monkeypatch.setattr(collections, "MAX_LIMIT", 5)
    monkeypatch.setattr(collections, "MOST_EMPTY", 100)
    looked_at(*around(HELSINKI, 2500.0, 300))
    box = (HELSINKI[0], HELSINKI[1] - 0.01, HELSINKI[0] + 0.02, HELSINKI[1] + 0.002)
    inside = {one["id"] for one in items(client, key, "coverage", limit=1000)["features"]}
    in_box = {cell for cell in inside if is_in(int(cell, 16), box)}
    assert 3 < len(in_box) < len(inside) / 4
    query = {"limit": limit, "bbox": ",".join(map(str, box))}
    first = get(client, "collections/coverage/items", key.token, **query)
    pages = [page.json()["features"] for page in every_page(client, key.token, first)]
    assert all(0 < len(page) <= limit for page in pages[:-1])
    assert [feature["id"] for page in pages for feature in page] == sorted(in_box)
    monkeypatch.setattr(collections, "MOST_EMPTY", 0)
    first = items(client, key, "coverage", limit=1, bbox=",".join(map(str, box)))
    assert first["features"] == [], "the case is there"


@pytest.mark.django_db
def test_a_key_may_be_a_password(client, key):
    put_hazard(*HELSINKI)

    def ask(pair):
        coded = base64.b64encode(pair.encode()).decode()
        headers = {"Authorization": f"Basic {coded}"}
        return client.get("/ogc/collections/hazards/items", headers=headers)

    assert ask(f"anything:{key.token}").status_code == 200
    for wrong in ("", ":", key.token, f"{key.token}:", "x:y"):
        assert_problem(ask(wrong), 401)
    bad = client.get("/ogc/collections/hazards/items", headers={"Authorization": "Basic ä"})
    assert_problem(bad, 401)


@pytest.mark.django_db(transaction=True)
def test_gdal_reads_every_collection(live_server, key, monkeypatch):
    hazards = [put_hazard(*place) for place in around(HELSINKI, 5000.0, 150)]
    zones = [put_zone(HELSINKI, NORTH) for _ in range(3)]
    cells = looked_at(*around(HELSINKI, 3000.0, 120))
    counts = {"hazards": len(hazards), "workzones": len(zones), "coverage": len(cells)}
    monkeypatch.setenv("GDAL_HTTP_HEADERS", f"Authorization: Bearer {key.token}")
    url = f"OAPIF:{live_server.url}/ogc"
    for name, count in counts.items():
        told = subprocess.run(
            ["ogrinfo", "-al", url, name],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout
        assert f"Feature Count: {count}" in told, told[:2000]
        assert told.count("OGRFeature(") == count
    # Newer GDAL has dropped headers of one's own where it sends some itself.
    monkeypatch.delenv("GDAL_HTTP_HEADERS")
    monkeypatch.setenv("GDAL_HTTP_AUTH", "BASIC")
    monkeypatch.setenv("GDAL_HTTP_USERPWD", f"key:{key.token}")
    done = subprocess.run(  # its library would hold up the server in this process
        [sys.executable, "-c", READ, url, *counts],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == counts
