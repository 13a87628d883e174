"""Exports: every format whole, by what they cost."""

import csv
import json
from io import StringIO

import pytest

from hazardmap.api import formats
from hazardmap.api.v1 import export
from hazardmap.hazards import search
from hazardmap.metering.models import UsageEvent
from tests.api.test_hazards import WORLD, billed
from tests.map_scene import put_hazard
from tests.problems import assert_problem

pytestmark = pytest.mark.django_db


def exported(client, token, accept, **params):
    headers = {"Authorization": f"Bearer {token}", "Accept": accept}
    return client.get("/api/v1/hazards/export", params, headers=headers)


def test_an_export_has_everything_in_the_format_that_is_asked_for(client, key, monkeypatch):
    monkeypatch.setattr(formats, "ROWS_AT_ONCE", 3)
    monkeypatch.setattr(search, "READ_AT_ONCE", 4)
    put = sorted(put_hazard(n, 50, kind="cow") for n in range(8))
    put_hazard(1, 50, kind="cone")
    asked = {"bbox": WORLD, "kind": "cow"}
    for accept in ("*/*", "application/geo+json", "text/csv;q=0.5, application/geo+json"):
        answer = exported(client, key.token, accept, **asked)
        assert answer["Content-Type"] == "application/geo+json"
        body = json.loads(answer.getvalue())
        assert body["as_of"]
        assert [feature["id"] for feature in body["features"]] == [str(id_) for id_ in put]
        assert answer["Content-Disposition"] == 'attachment; filename="hazards.geojson"'
    plain = exported(client, key.token, "application/json", **asked)
    assert plain["Content-Type"] == "application/json"
    assert [one["id"] for one in json.loads(plain.getvalue())["features"]] == list(map(str, put))
    answer = exported(client, key.token, "application/x-ndjson", **asked)
    lines = [json.loads(line) for line in answer.getvalue().splitlines()]
    assert [line["id"] for line in lines] == [str(id_) for id_ in put]
    answer = exported(client, key.token, "text/csv", **asked)
    rows = list(csv.DictReader(StringIO(answer.getvalue().decode(), newline="")))
    assert [row["id"] for row in rows] == [str(id_) for id_ in put]
    assert (rows[3]["kind"], rows[3]["lat"]) == ("cow", "50.0")
    assert (rows[3]["published"], rows[3]["simulated"]) == ("true", "false")
    assert answer["Content-Disposition"] == 'attachment; filename="hazards.csv"'
    assert billed() == [1] * 6
    assert set(UsageEvent.objects.values_list("meter", flat=True)) == {"export_mb"}
    assert_problem(exported(client, key.token, "image/png", **asked), 406)
    assert_problem(exported(client, key.token, "*/*", bbox="x"), 400, "bbox")


def test_an_export_costs_by_size_and_nothing_where_it_is_empty(client, key, monkeypatch):
    for accept in ("application/geo+json", "application/x-ndjson", "text/csv"):
        exported(client, key.token, accept, bbox=WORLD).getvalue()
    assert billed() == []
    for n in range(4):
        put_hazard(n, 50)
    monkeypatch.setattr(export, "MEGABYTE", 400)
    monkeypatch.setattr(formats, "ROWS_AT_ONCE", 1)
    answer = exported(client, key.token, "application/x-ndjson", bbox=WORLD)
    size = len(answer.getvalue())
    assert billed() == [-(-size // 400)]
    leaving = exported(client, key.token, "application/x-ndjson", bbox=WORLD)
    chunks = iter(leaving.streaming_content)
    got = len(next(chunks)) + len(next(chunks)) + len(next(chunks))
    leaving._iterator.close()  # as a server does whose client has gone
    assert 0 < billed()[-1] <= -(-got // 400)
