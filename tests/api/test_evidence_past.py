"""Why a hazard is believed, pass by pass; what the map said at an earlier time; GeoParquet."""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO
from urllib.parse import urlsplit

import geopandas
import pyarrow.parquet as pq
import pytest
from django.urls import resolve
from django.utils import timezone

from hazardmap.api import formats, geoparquet
from hazardmap.capture.models import Takedown
from hazardmap.core.fusion.hazard import Change
from hazardmap.core.selling.usage import Meter
from hazardmap.hazards import past, search
from hazardmap.hazards.models import Evidence, Hazard
from hazardmap.hazards.services import expire_faded, fuse_pending
from hazardmap.hazards.services.events_write import events_write
from tests.asked import WORLD, ask, billed, exported, ids
from tests.detected import contributor, drive, minutes_ago
from tests.map_scene import hazard_row, made_up, put_hazard
from tests.problems import assert_problem
from tests.scenes import ahead

pytestmark = pytest.mark.django_db


def trail(client, key, hazard, **params):
    answer = ask(client, key.token, f"hazards/{hazard}/evidence", **params)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_trail_holds_what_speaks_for_a_hazard_and_what_speaks_against_it(client, key):
    cone = ahead(40.0)
    for name, minutes, things in [("ann", 30, [cone]), ("ben", 20, [cone]), ("cid", 10, [])]:
        drive(contributor(name), minutes_ago(minutes), *things)
    fuse_pending()
    (hazard,) = Hazard.objects.filter(published=True)
    whole = trail(client, key, hazard.id)
    assert [one["seen"] for one in whole["trail"]] == [True, True, False]
    assert [one["log2_ratio"] > 0 for one in whole["trail"]] == [True, True, False]
    for one in whole["trail"]:
        assert len(one["model_versions"]) == 1
        assert bool(one["reports"]) == one["seen"]
        for report in one["reports"]:
            assert report["url"].startswith("http://testserver/images/")
            assert report["model_version"] in one["model_versions"]
    assert "witness" not in str(whole["trail"])
    assert "device" not in str(whole["trail"])

    head = sha256(str(hazard.id).encode()).hexdigest()
    for one in whole["trail"]:
        told = {name: value for name, value in one.items() if name != "digest"}
        reports = [{k: v for k, v in r.items() if k != "url"} for r in told["reports"]]
        text = json.dumps(told | {"reports": reports}, sort_keys=True, separators=(",", ":"))
        head = sha256(f"{head}\n{text}".encode()).hexdigest()
        assert one["digest"] == head
    assert whole["head"] == head

    paged, after = [], {}
    for _ in range(3):
        page = trail(client, key, hazard.id, limit=1, **after)
        paged += page["trail"]
        after = {"after": page["links"][-1]["href"].rpartition("after=")[2]}
    assert paged == whole["trail"]
    assert page["head"] == head
    assert billed() == [1] * 4
    pictures = [one["url"] for entry in whole["trail"] for one in entry["reports"] if one["url"]]
    assert sum(billed(Meter.IMAGE)) == 2 * len(set(pictures)), "of the whole, and of its pages"
    for wrong in ("x", "0" * 32, f"1_{'0' * 32}_{'0' * 64}", f"{'0' * 32}_{'0' * 64}"):
        refused = ask(client, key.token, f"hazards/{hazard.id}/evidence", after=wrong)
        assert_problem(refused, 400, "after", "link to the next page")


def test_trails_of_one_drive_cannot_be_joined(client, key):
    things = [ahead(40.0), ahead(45.0, kind="cow", right_m=-4.0)]
    for name, minutes in (("ann", 30), ("ben", 20)):
        drive(contributor(name), minutes_ago(minutes), *things)
    fuse_pending()
    one, other = (trail(client, key, hazard.id) for hazard in Hazard.objects.filter(published=True))
    assert len(one["trail"]) == len(other["trail"]) == 2
    ids = [{entry["pass_id"] for entry in said["trail"]} for said in (one, other)]
    assert ids[0].isdisjoint(ids[1])
    known = {str(id_) for id_ in Evidence.objects.values_list("pass_id", flat=True)}
    assert known.isdisjoint(ids[0] | ids[1])
    for entry in one["trail"] + other["trail"]:
        times = [entry["first_at"], entry["last_at"]]
        times += [report["captured_at"] for report in entry["reports"]]
        assert {datetime.fromisoformat(at).timestamp() % 60 for at in times} == {0.0}
    page = trail(client, key, one["hazard"], limit=1)
    assert not [id_ for id_ in known if id_.replace("-", "") in page["links"][-1]["href"]]
    detail = ask(client, key.token, f"hazards/{one['hazard']}").json()
    assert {entry["pass_id"] for entry in detail["evidence"]} == ids[0]


def test_a_trail_that_grows_past_its_page_or_loses_a_picture_is_another_answer(client, key):
    cone = ahead(40.0)
    for name, minutes in (("ann", 30), ("ben", 20)):
        drive(contributor(name), minutes_ago(minutes), cone)
    fuse_pending()
    (hazard,) = Hazard.objects.filter(published=True)

    def again(tag):
        headers = {"Authorization": f"Bearer {key.token}", "If-None-Match": tag}
        return client.get(f"/api/v1/hazards/{hazard.id}/evidence", {"limit": 2}, headers=headers)

    first = again('"x"')
    assert [link["rel"] for link in first.json()["links"]] == ["self"]
    assert again(first["ETag"]).status_code == 304
    drive(contributor("cid"), minutes_ago(10), cone)
    fuse_pending()
    longer = again(first["ETag"])
    assert longer.status_code == 200
    assert [link["rel"] for link in longer.json()["links"]] == ["self", "next"]
    assert longer.json()["trail"] == first.json()["trail"], "it has grown behind the page"

    assert again(longer["ETag"]).status_code == 304
    shown = [one["url"] for entry in longer.json()["trail"] for one in entry["reports"]]
    picture = resolve(urlsplit(next(url for url in shown if url)).path)
    Takedown.objects.create(**picture.kwargs)
    poorer = again(longer["ETag"])
    assert poorer.status_code == 200
    assert poorer.json()["head"] == longer.json()["head"]


def told(change: Change, at, **values):
    """A hazard as the map had it from a time on."""
    hazard = made_up(1.0, 1.0, first_seen=at, last_seen=at, t_ref=at, **values)
    events_write([(change, hazard)])
    return hazard


def test_an_area_is_shown_as_it_was(client, key, monkeypatch):
    monkeypatch.setattr(past, "LOOKED_AT_ONCE", 2)
    start = timezone.now()
    hazards = [
        made_up(1.0, 1.0, kind=kind, half_life_s=600.0, simulated=kind == "cone")
        for kind in ("cow", "cone", "dog")
    ]
    for hazard in hazards:
        hazard_row(hazard).save(force_insert=True)
        events_write([(Change.APPEARED, hazard)])
    then = timezone.now()
    Hazard.objects.update(expires_at=then)
    expire_faded()
    late = put_hazard(1.0, 1.0)
    assert ids(ask(client, key.token, bbox=WORLD)) == [late]
    seen, after = [], {}
    while True:
        answer = ask(client, key.token, bbox=WORLD, at=then.isoformat(), **after)
        seen += ids(answer)
        if len(answer.json()["links"]) == 1:
            break
        after = {"after": answer.json()["links"][-1]["href"].rpartition("after=")[2]}
    assert seen == sorted(hazard.id for hazard in hazards)
    assert answer.json()["as_of"].startswith(then.isoformat()[:19])
    assert answer.json()["data_age_s"] is None, "the map has changed since"
    before = ask(client, key.token, bbox=WORLD, at=(start - timedelta(days=1)).isoformat())
    assert ids(before) == []
    cows = ask(
        client, key.token, lon=1, lat=1, radius_m=9, kind="cow", at=then.isoformat(), limit=1
    )
    assert ids(cows) == [hazards[0].id]
    made_up_then = ask(client, key.token, bbox=WORLD, at=then.isoformat(), simulated="true")
    assert ids(made_up_then) == [hazards[1].id]
    priced = ask(client, key.token, bbox=WORLD, at=then.isoformat(), explain="cost").json()
    assert (priced["units"], priced["exact"]) == (3, True)
    tomorrow = (then + timedelta(days=1)).isoformat()
    assert_problem(ask(client, key.token, bbox=WORLD, at=tomorrow), 400, "at", "not come")


def test_a_latitude_in_the_wrong_place_is_named(client, key):
    wrong = ask(client, key.token, lon=60.17, lat=124.94, radius_m=10)
    assert_problem(wrong, 400, "lat", "a longitude goes into lon")


def test_geoparquet_is_read_by_geopandas(client, key, monkeypatch):
    monkeypatch.setattr(geoparquet, "ROWS_IN_GROUP", 3)
    put = sorted(put_hazard(n, 50 + n / 8, radius_m=n + 1.0) for n in range(8))
    answer = exported(client, key.token, formats.PARQUET, bbox=WORLD)
    assert answer["Content-Type"] == formats.PARQUET
    content = answer.getvalue()
    frame = geopandas.read_parquet(BytesIO(content))
    assert list(frame["id"]) == [str(id_) for id_ in put]
    assert frame.crs == "OGC:CRS84"
    assert [(at.x, at.y) for at in frame.geometry] == [(n, 50 + n / 8) for n in range(8)]
    assert frame["radius_m"].sum() == 36.0
    assert str(frame["last_seen"].dtype).endswith("UTC]")
    metadata = pq.ParquetFile(BytesIO(content)).metadata
    assert metadata.num_row_groups == 3
    assert json.loads(metadata.metadata[b"hazardmap"])["as_of"] == answer["X-As-Of"]
    assert billed() == [1]
    empty = exported(client, key.token, formats.PARQUET, bbox="50,0,51,1").getvalue()
    assert len(geopandas.read_parquet(BytesIO(empty))) == 0
    assert billed() == [1]


@pytest.mark.parametrize("accept", ["application/geo+json", formats.PARQUET])
def test_an_export_leaves_before_all_of_it_has_been_read(client, key, monkeypatch, accept):
    monkeypatch.setattr(geoparquet, "ROWS_IN_GROUP", 2)
    monkeypatch.setattr("hazardmap.api.formats.ROWS_AT_ONCE", 2)
    monkeypatch.setattr(search, "READ_AT_ONCE", 2)
    for n in range(8):
        put_hazard(n, 50)
    read = []
    monkeypatch.setattr(
        search, "page", lambda *a, page=search.page, **k: read.append(1) or page(*a, **k)
    )
    answer = exported(client, key.token, accept, bbox=WORLD)
    next(iter(answer.streaming_content))
    assert len(read) <= 3
