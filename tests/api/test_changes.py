"""The feed of changes over HTTP, the trail behind one hazard, and exports."""

import csv
import json
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.utils import timezone

from hazardmap.api import formats
from hazardmap.api.v1 import export
from hazardmap.hazards import search
from hazardmap.hazards.models import Hazard, HazardEvent
from hazardmap.hazards.services import expire_faded
from hazardmap.metering.models import UsageEvent
from tests.api.test_hazards import WORLD, ask, billed
from tests.api.test_upload_refused import assert_problem
from tests.map_scene import put_hazard
from tests.moderation_scene import hazard_at

pytestmark = pytest.mark.django_db
HELSINKI = (24.94, 60.17)


def gone(place=HELSINKI):
    """A hazard that two have seen and that has expired since."""
    hazard = hazard_at("cow", place, timezone.now() - timedelta(minutes=5))
    Hazard.objects.filter(id=hazard).update(expires_at=timezone.now())
    expire_faded()
    return hazard


def test_the_feed_can_be_taken_up_anywhere_and_tells_of_removals(client, key):
    first = gone()
    second = hazard_at("cow", (25.94, 60.17), timezone.now() - timedelta(minutes=5))
    whole = ask(client, key.token, "changes").json()
    events = whole["changes"]
    assert [event["cursor"] for event in events] == list(
        HazardEvent.objects.order_by("cursor").values_list("cursor", flat=True)
    )
    assert whole["cursor"] == events[-1]["cursor"]
    removed = [event for event in events if event["change"] == "removed"]
    assert [event["hazard"]["id"] for event in removed] == [str(first)]
    assert removed[0]["hazard"]["properties"]["state"] == "expired"
    assert {event["hazard"]["id"] for event in events} == {str(first), str(second)}
    piecemeal, cursor = [], 0
    while True:
        part = ask(client, key.token, "changes", since=cursor, limit=1).json()
        piecemeal, cursor = piecemeal + part["changes"], part["cursor"]
        if [link["rel"] for link in part["links"]] == ["self"]:
            break
        assert f"since={cursor}" in part["links"][1]["href"]
    assert piecemeal == events
    rest = ask(client, key.token, "changes", since=cursor).json()
    assert (rest["changes"], rest["cursor"]) == ([], cursor)
    assert billed() == [len(events)] + [1] * len(events)


def test_one_hazard_keeps_its_history_after_it_has_gone(client, key):
    hazard = gone()
    hazard_at("cow", (25.94, 60.17), timezone.now() - timedelta(minutes=5))
    answer = ask(client, key.token, f"hazards/{hazard}/changes")
    changes = answer.json()["changes"]
    assert {change["hazard"]["id"] for change in changes} == {str(hazard)}
    assert changes[-1]["change"] == "removed"
    assert_problem(ask(client, key.token, f"hazards/{uuid4()}/changes"), 404)


@pytest.mark.parametrize("since", ["-1", "x", "1.5", str(2**63), "²", ""])
def test_a_wrong_cursor_is_refused(client, key, since):
    assert_problem(ask(client, key.token, "changes", since=since), 400, "since", "whole number")


def test_a_cursor_of_another_map_is_refused_and_does_not_wait_for_ever(client, key):
    assert ask(client, key.token, "changes", since=5).json()["cursor"] == 5
    gone()
    newest = ask(client, key.token, "changes").json()["cursor"]
    assert ask(client, key.token, "changes", since=newest).json()["changes"] == []
    answer = ask(client, key.token, "changes", since=newest + 1)
    assert_problem(answer, 400, "since", f"is ahead of the newest change, {newest}")


def test_the_pictures_behind_a_hazard_are_there_while_it_is(client, key):
    hazard = hazard_at("cow", HELSINKI, timezone.now() - timedelta(minutes=5))
    images = ask(client, key.token, f"hazards/{hazard}").json()["images"]
    assert len(images) == 6
    for image in images:
        assert (image["kind"], image["score"]) == ("cow", 0.8)
        assert image["model_version"].startswith("test-model")
        picture = client.get(image["url"].removeprefix("http://testserver"))
        assert picture["Content-Type"] == "image/jpeg"
    over = ask(client, key.token, f"hazards/{gone((25.0, 60.0))}").json()
    assert over["images"] == []
    assert len(over["evidence"]) == 2


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
    answer = exported(client, key.token, "application/x-ndjson", **asked)
    lines = [json.loads(line) for line in answer.getvalue().splitlines()]
    assert [line["id"] for line in lines] == [str(id_) for id_ in put]
    answer = exported(client, key.token, "text/csv", **asked)
    rows = list(csv.DictReader(StringIO(answer.getvalue().decode(), newline="")))
    assert [row["id"] for row in rows] == [str(id_) for id_ in put]
    assert (rows[3]["kind"], rows[3]["lat"]) == ("cow", "50.0")
    assert billed() == [1] * 5
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
