"""Exports: every format whole, by what they cost."""

import csv
import json
from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.utils import timezone

from hazardmap.accounts.services import key_create, organisation_create
from hazardmap.api import formats
from hazardmap.api.v1 import export
from hazardmap.core.access.scopes import Environment
from hazardmap.core.answers.feature import timestamp
from hazardmap.hazards import past, search
from hazardmap.metering.models import UsageEvent
from tests.asked import WORLD, ask, billed, exported
from tests.map_scene import made_up, put_hazard, put_past
from tests.moderation_scene import hazard_at
from tests.problems import assert_problem

pytestmark = pytest.mark.django_db


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


def test_an_export_of_an_earlier_time_has_what_the_list_had_then(client, key, monkeypatch):
    gone = [str(put_past(n, 50, "cow", from_h=30, to_h=20)) for n in range(5)]
    put_hazard(1, 51)
    at = timezone.now() - timedelta(hours=24)
    asked = {"bbox": WORLD, "at": at.isoformat(), "min_probability": 0.01}
    listed = ask(client, key.token, **asked).json()
    monkeypatch.setattr(past, "LOOKED_AT_ONCE", 2)
    answer = exported(client, key.token, "application/geo+json", **asked)
    body = json.loads(answer.getvalue())
    assert [one["id"] for one in body["features"]] == sorted(gone)
    assert body["as_of"] == answer["X-As-Of"] == timestamp(at)
    assert body["features"] == listed["features"]
    assert "X-Cursor" not in answer, "changes do not go on from the past"
    said = exported(client, key.token, "text/csv", **asked, explain="cost").json()
    assert (said["units"], said["exact"]) == (1, True)
    assert billed() == [5, 1]
    yet_to_come = asked | {"at": (timezone.now() + timedelta(hours=1)).isoformat()}
    assert_problem(exported(client, key.token, "*/*", **yet_to_come), 400, "at", "not come yet")


def test_an_export_of_an_earlier_time_is_as_small_for_a_test_key(client, monkeypatch):
    organisation = organisation_create(name="Fleet")
    made = key_create(organisation=organisation, name="trying", environment=Environment.TEST)
    monkeypatch.setattr(export, "TEST_HAZARDS", 2)
    for n in range(3):
        put_past(n, 50, "cow", from_h=30, to_h=20)
    at = (timezone.now() - timedelta(hours=24)).isoformat()
    small = {"bbox": "-0.5,49,1.5,51", "at": at}
    assert exported(client, made.token, "text/csv", **small).getvalue().count(b"\r\n") == 3
    assert exported(client, made.token, "*/*", bbox=WORLD, at=at).status_code == 403


def test_how_old_the_data_are_is_told_of_now_alone(client, key):
    hazard_at("cow", (1.0, 50.0), timezone.now() - timedelta(minutes=5))
    now = exported(client, key.token, "application/geo+json", bbox=WORLD)
    assert float(now["X-Data-Age"]) < 60
    assert json.loads(now.getvalue())["data_age_s"] < 60
    at = (timezone.now() - timedelta(hours=1)).isoformat()
    then = exported(client, key.token, "application/geo+json", bbox=WORLD, at=at)
    assert "X-Data-Age" not in then
    assert json.loads(then.getvalue())["data_age_s"] is None


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


def test_what_an_export_sold_is_named_for_those_who_told_it(client, key, monkeypatch):
    ids = {str(put_hazard(n, 50)) for n in range(5)}
    assert named(client, key) == ids
    monkeypatch.setattr(export, "NAMED", 2)
    drawn = [frozenset(named(client, key)) for _ in range(20)]
    assert {len(one) for one in drawn} == {2}
    assert all(one < ids for one in drawn)
    assert len(set(drawn)) > 1, "not always the same ones are paid"


def test_of_many_each_is_named_as_often_as_any_other(monkeypatch):
    monkeypatch.setattr(export, "NAMED", 2)
    many, often = [made_up(n, 50) for n in range(5)], Counter()
    for draw in range(2000):
        counted = export._Counted(many, str(draw))
        assert list(counted) == many
        often.update(counted.named)
    assert {hazard.id: often[hazard.id] for hazard in many} == pytest.approx(
        {hazard.id: 800 for hazard in many}, rel=0.1
    )


def named(client, key):
    """The hazards behind the usage of an export."""
    exported(client, key.token, "text/csv", bbox=WORLD).getvalue()
    assert billed()[-1] == 1
    return set(UsageEvent.objects.order_by("at", "id").last().hazards)
