"""The Python client: the same questions and shapes as the document, patience, and no key astray."""

import inspect
import subprocess
import sys
import time
from datetime import timedelta
from email.utils import formatdate
from typing import get_type_hints

import httpx
import pytest
from django.conf import settings
from django.utils import timezone

from hazardmap.client import ApiError, BrokenRule, Client, shapes
from hazardmap.webhooks.models import Endpoint
from tests.client_scene import DOCUMENT, OPERATIONS, SITE, through
from tests.map_scene import buyer, looked_at, put_hazard, put_zone
from tests.moderation_scene import hazard_at
from tests.webhook_scene import usage

HELSINKI = (24.94, 60.17)
QUESTIONS = {
    "hazards": "listHazards",
    "hazards_in_region": "listHazardsInRegion",
    "hazards_along_route": "listHazardsAlongRoute",
    "hazards_ahead": "listHazardsAhead",
    "workzones": "listWorkZones",
    "coverage": "listCoverage",
    "changes": "listChanges",
    "change_pages": "listChanges",
    "export": "exportHazards",
}
PAGING = {"limit", "after", "explain"}


@pytest.fixture
def ask(client, db):
    with Client(SITE, key=buyer().token, transport=through(client)) as asking:
        yield asking


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_method_takes_what_its_operation_takes(name):
    operation = OPERATIONS[QUESTIONS[name]]
    expected = {one["name"] for one in operation["parameters"] if one["in"] == "query"} - PAGING
    takes = set(inspect.signature(getattr(Client, name)).parameters) - {"self"}
    if "filters" in takes:
        takes |= set(shapes.Filters.__annotations__)
    takes |= {"lon", "lat", "radius_m"} if "circle" in takes else set()
    takes |= set(shapes.Part.__annotations__) if "part" in takes else set()
    takes -= {"filters", "part", "circle", "region", "route", "accept", "hazard_id"}
    assert takes == expected


@pytest.mark.parametrize(
    ("shape", "schema"),
    [
        (shapes.HazardProperties, "HazardProperties"),
        (shapes.WorkZoneProperties, "WorkZoneProperties"),
        (shapes.CoverageProperties, "CoverageProperties"),
        (shapes.Change, "ChangeItem"),
        (shapes.ChangePage, "ChangeList"),
        (shapes.Estimate, "CostEstimate"),
        (shapes.UsageNow, "UsageNow"),
        (shapes.Trail, "Trail"),
        (shapes.TrailEntry, "TrailEntry"),
    ],
)
def test_a_shape_is_that_of_the_document(shape, schema):
    assert set(get_type_hints(shape)) == set(
        DOCUMENT["components"]["schemas"][schema]["properties"]
    )


def test_every_question_is_answered_page_after_page(ask, monkeypatch):
    put = sorted(str(put_hazard(24.94, 60 + n / 1000)) for n in range(5))
    zone = str(put_zone(HELSINKI, (24.95, 60.18)))
    cow = str(hazard_at("cow", (25.5, 60.17), timezone.now() - timedelta(minutes=5)))
    pages = ask._pages

    def short(method, path, query, body=None):
        return pages(method, path, {**query, "limit": 2}, body)

    monkeypatch.setattr(ask, "_pages", short)
    ring = [[24.9, 59.9], [25, 59.9], [25, 60.2], [24.9, 60.2], [24.9, 59.9]]
    region = {"type": "Polygon", "coordinates": [ring]}
    line = {"type": "LineString", "coordinates": [[24.94, 59.99], [24.94, 60.02]]}

    def ids(features):
        return [one["id"] for one in features]

    box = (24.9, 59.9, 25.0, 60.2)
    assert ids(ask.hazards(bbox=box, published=True, kind=["cow", "cone"])) == put
    assert ids(ask.hazards(circle=(24.94, 60.0, 10_000))) == put
    assert ids(ask.hazards_in_region(region)) == put
    assert sorted(ids(ask.hazards_along_route(line, min_probability=0.1))) == put
    assert sorted(ids(ask.hazards_ahead(24.94, 59.99, heading_deg=0, speed_mps=50))) == put
    assert ids(ask.workzones(bbox=box)) == [ask.workzone(zone)["id"]] == [zone]
    assert ids(ask.workzones(circle=(24.94, 60.17, 300.0))) == [zone]
    looked_at((25.5, 60.17))
    assert list(ask.coverage(bbox=(25.4, 60.1, 25.6, 60.2)))
    assert next(ask.history(cow))["change"] == "appeared"
    assert len(list(ask.changes())) >= 1
    assert [len(page["trail"]) for page in ask.evidence(cow)] == [2]
    assert ask.hazard(cow)["properties"]["kind"] == "cow"
    text = b"".join(ask.export(bbox=box, accept="text/csv")).decode()
    assert text.count("\n") == 6
    text = b"".join(ask.export(circle=(24.94, 60.0, 200), accept="text/csv")).decode()
    assert text.count("\n") == 3
    told = ask.cost("hazards", bbox="24.9,59.9,25,60.2")
    assert (told["meter"], told["units"], told["exact"]) == ("hazard", 5, True)
    assert ask.cost("workzones", circle=(24.94, 60.17, 300.0))["units"] == 1
    assert ask.cost("hazards/along-route", line)["beside"] == {"route": 1}
    assert ask.usage()["key"]["scopes"]


def test_a_refusal_names_the_rules(ask):
    with pytest.raises(ApiError) as caught:
        list(ask.hazards(bbox=(1, 2, 3, 400)))  # type: ignore[arg-type]
    assert caught.value.status == 400
    ((field, rule),) = caught.value.rules
    assert BrokenRule(field, rule).field == "bbox"
    assert caught.value.request_id
    with pytest.raises(ApiError, match="406"):
        list(ask.export(bbox=(0, 0, 1, 1), accept="image/png"))


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ({"pointer": "#/endpoint_id"}, "endpoint_id"),
        ({"pointer": "#/a%20b/0"}, "a b/0"),
        ({"pointer": "#"}, ""),
        ({"header": "Idempotency-Key"}, "Idempotency-Key"),
    ],
)
def test_a_refusal_names_the_place_of_each_rule(place, field):
    problem = {"errors": [place | {"detail": "is wrong"}]}
    assert ApiError(httpx.Response(400, json=problem)).rules == [(field, "is wrong")]


def served(*answers, key="k"):
    """A client, what it will get, and the requests and pauses that it makes."""
    left, asked, paused = list(answers), [], []

    def handle(request):
        asked.append(request)
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Client(SITE, key=key, transport=httpx.MockTransport(handle)), asked, paused


def test_it_waits_as_long_as_it_is_told_and_writes_once(monkeypatch):
    busy = httpx.Response(429, headers={"Retry-After": "7"})
    client, asked, paused = served(
        busy, httpx.ConnectError("away"), httpx.Response(503), httpx.Response(201, json={"id": "x"})
    )
    monkeypatch.setattr("time.sleep", paused.append)
    assert client.add_endpoint("https://fleet.example/hook")["id"] == "x"
    assert paused[0] == 7.0
    assert 0.5 <= paused[1] <= 1.0
    assert 1.0 <= paused[2] <= 2.0
    assert len({one.headers["Idempotency-Key"] for one in asked}) == 1
    assert len(asked) == 4


def test_an_export_waits_until_it_begins(monkeypatch):
    busy = httpx.Response(503, headers={"Retry-After": "7"})
    client, asked, paused = served(busy, httpx.ConnectError("away"), httpx.Response(200, text="a"))
    monkeypatch.setattr("time.sleep", paused.append)
    assert b"".join(client.export(bbox=(0, 0, 1, 1))) == b"a"
    assert (paused[0], len(paused), len(asked)) == (7.0, 2, 3)


def test_changes_can_go_on_where_there_were_none(ask):
    hazard_at("cow", (25.5, 60.17), timezone.now() - timedelta(minutes=5))
    (page,) = ask.change_pages()
    assert page["changes"]
    (then,) = ask.change_pages(since=page["cursor"])
    assert (then["changes"], then["cursor"]) == ([], page["cursor"])


def test_what_it_keeps_is_asked_for_again_for_nothing(client, db, settings):
    put_hazard(24.94, 60.0)
    with Client(SITE, key=buyer().token, transport=through(client), keep=2) as asking:
        first = list(asking.hazards(bbox=(24.9, 59.9, 25.0, 60.2)))
        first[0]["properties"]["kind"] = "changed by its reader"
        assert len(usage(settings)) == 1
        (again,) = asking.hazards(bbox=(24.9, 59.9, 25.0, 60.2))
        assert again["properties"]["kind"] == "cow"
        assert len(usage(settings)) == 1
        put_hazard(24.94, 60.1)
        assert len(list(asking.hazards(bbox=(24.9, 59.9, 25.0, 60.2)))) == 2
        assert len(usage(settings)) == 2


def test_it_keeps_no_more_than_it_is_told():
    tagged = [httpx.Response(200, headers={"ETag": f'"{n}"'}, json={"id": n}) for n in range(4)]
    client, asked, _ = served(*tagged)
    client._keep = 1
    for name in ("a", "b", "a", "b"):
        client.hazard(name)
    assert not any("If-None-Match" in one.headers for one in asked)
    client, asked, _ = served(*tagged)
    for name in ("a", "a"):
        client.hazard(name)
    assert not any("If-None-Match" in one.headers for one in asked)


@pytest.mark.parametrize(("in_s", "least", "most"), [(30, 28.0, 30.0), (-30, 0.25, 0.5)])
def test_it_may_be_told_a_date(monkeypatch, in_s, least, most):
    date = formatdate(time.time() + in_s, usegmt=True)
    for text, shortest, longest in [(date, least, most), ("soon", 0.25, 0.5), ("", 0.25, 0.5)]:
        busy = httpx.Response(503, headers={"Retry-After": text})
        client, _, paused = served(busy, httpx.Response(200, json={"id": "x"}))
        monkeypatch.setattr("time.sleep", paused.append)
        client.hazard("x")
        (pause_s,) = paused
        assert shortest <= pause_s <= longest, text


@pytest.mark.parametrize("date", [False, True])
def test_it_does_not_come_back_before_it_may(monkeypatch, date):
    """The quota of a month is no matter of minutes."""
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("it waits"))
    text = formatdate(time.time() + 3600, usegmt=True) if date else "3600"
    client, asked, _ = served(*[httpx.Response(429, headers={"Retry-After": text})] * 5)
    with pytest.raises(ApiError) as refused:
        client.hazard("x")
    assert 3590 < refused.value.retry_after_s <= 3600
    assert len(asked) == 1


def test_it_gives_up(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    client, asked, _ = served(*(httpx.Response(503) for _ in range(9)))
    with pytest.raises(ApiError, match="503"):
        client.hazard("x")
    assert len(asked) == 5
    client, asked, _ = served(*(httpx.ConnectError("away") for _ in range(9)))
    with pytest.raises(httpx.ConnectError):
        client.hazard("x")


def test_a_key_goes_to_its_own_site_only():
    link = {"rel": "next", "href": "https://evil.example/api/v1/hazards?after=1"}
    client, asked, _ = served(
        httpx.Response(200, json={"features": [], "links": [link]}),
        httpx.Response(200, json={"features": [], "links": []}),
    )
    assert list(client.hazards(bbox=(0, 0, 1, 1))) == []
    assert asked[1].url == f"{SITE}/api/v1/hazards?after=1"


def test_a_hazard_that_was_merged_leads_to_its_heir_on_the_same_site():
    client, asked, _ = served(
        httpx.Response(307, headers={"Location": "https://evil.example/api/v1/hazards/heir"}),
        httpx.Response(200, json={"id": "heir"}),
    )
    assert client.hazard("merged")["id"] == "heir"
    assert asked[1].url == f"{SITE}/api/v1/hazards/heir"


@pytest.mark.django_db
def test_an_endpoint_is_added_once_however_often_the_answer_is_lost(client, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    inner, lost = through(client), [True]

    def loses_one(request):
        answer = inner.handler(request)
        if lost.pop() if lost else False:
            raise httpx.ReadTimeout("lost")
        return answer

    ask = Client(SITE, key=buyer().token, transport=httpx.MockTransport(loses_one))
    made = ask.add_endpoint("https://fleet.example/hook")
    assert [str(one.id) for one in Endpoint.objects.all()] == [made["id"]]


def test_it_can_be_installed_alone(tmp_path):
    source = settings.REPOSITORY / "hazardmap" / "client"
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "hazardmap_client").symlink_to(source)  # as its pyproject.toml maps it
    told = subprocess.run(
        [sys.executable, "-c", "import hazardmap_client as c; print(c.Client.__name__)"],
        env={"PYTHONPATH": str(tmp_path / "there")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "Client\n"
