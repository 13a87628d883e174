"""What every answer of the API owes its reader: a shape, a price, an id, how often still."""

import gc
import json
import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator

from hazardmap.api.buyers import BuyerView
from hazardmap.hazards import search
from hazardmap.hazards.models import Hazard
from hazardmap.hazards.zone_models import Zone
from hazardmap.metering.models import UsageEvent
from tests.asked import EAST, START, WORLD, ask, billed, ids, on, polygon, post, vehicle
from tests.map_scene import buyer, hazard_row, made_up, put_hazard, put_zone
from tests.moderation_scene import hazard_at
from tests.problems import assert_problem

pytestmark = pytest.mark.django_db
NOBODY = UUID(int=7)
SQUARE = [[24.9, 60.1], [25.0, 60.1], [25.0, 60.2], [24.9, 60.2], [24.9, 60.1]]


def asked(client, token, hazard=None, zone=None, **params):
    """Every question that a buyer can ask, by the name of its answer's schema."""
    return {
        "HazardCollection": lambda: ask(client, token, bbox=WORLD, **params),
        "HazardCollection of a region": lambda: post(
            client, token, "in-region", polygon(SQUARE), **params
        ),
        "RouteCollection": lambda: post(client, token, "along-route", EAST, **params),
        "AheadCollection": lambda: ask(
            client, token, "hazards/ahead", **vehicle(START, 90.0), **params
        ),
        "Trail": lambda: ask(client, token, f"hazards/{hazard}/evidence"),
        "WorkZoneCollection": lambda: ask(client, token, "workzones"),
        "WorkZoneDetail": lambda: ask(client, token, f"workzones/{zone}"),
        "CoverageCollection": lambda: ask(client, token, "coverage", bbox=WORLD),
        "HazardDetail": lambda: ask(client, token, f"hazards/{hazard}"),
        "ChangeList": lambda: ask(client, token, "changes"),
        "ChangeList of a hazard": lambda: ask(client, token, f"hazards/{hazard}/changes"),
    }


def test_answers_look_as_the_document_says(client, key):
    hazard = hazard_at("cow", on(100), timezone.now() - timedelta(minutes=5))
    document = client.get("/api/v1/openapi.json").json()
    zone = put_zone(START, on(100))
    questions = asked(client, key.token, hazard, zone, published="false")
    for name, question in questions.items():
        answer = question()
        assert answer.status_code == 200, answer.content
        body = answer.json()
        schema = name.partition(" ")[0]
        where = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
        Draft202012Validator(where).validate(body)
        schemas = document["components"]["schemas"]
        assert set(body) == set(schemas[schema]["properties"]), "and nothing else"
        if schema in {"ChangeList", "Trail"}:
            assert body.get("changes") or body["trail"]
            continue
        for feature in body.get("features", [body]):
            described = schema if schema.endswith("Detail") else None
            described = described or schemas[schema]["properties"]["features"]["items"]["$ref"]
            ref = schemas[described.rpartition("/")[2]]["properties"]["properties"]
            named = (ref.get("$ref") or ref["allOf"][0]["$ref"]).rpartition("/")[2]
            assert set(feature["properties"]) == set(schemas[named]["properties"])


def test_every_error_is_a_problem_that_carries_the_id_of_its_request(client, key, monkeypatch):
    answers = [
        (404, client.get("/api/v1/nothing")),
        (404, ask(client, key.token, "hazards/01a20000-0000-7000-8000-000000000000")),
        (405, ask(client, key.token, method="DELETE")),
        (401, client.get("/api/v1/hazards")),
        (400, ask(client, key.token)),
        (415, client.post("/api/v1/pair", {"code": "x"})),
    ]
    monkeypatch.setattr(search, "page", None)
    answers.append((500, ask(Client(raise_request_exception=False), key.token, bbox=WORLD)))
    for status, answer in answers:
        assert_problem(answer, status)
        assert answer.json()["instance"] == f"urn:uuid:{answer['X-Request-Id']}"
        assert re.fullmatch(r"db;dur=\d+\.\d, total;dur=\d+\.\d", answer["Server-Timing"])
    assert len({answer["X-Request-Id"] for _, answer in answers}) == len(answers)


def test_an_answer_says_how_often_one_may_still_ask(client, key, monkeypatch):
    monkeypatch.setattr(BuyerView, "quota", 2)
    monkeypatch.setattr(BuyerView, "window_s", 3600)
    left = []
    for _ in range(2):
        answer = ask(client, key.token, bbox=WORLD)
        assert answer["RateLimit-Policy"] == '"default";q=2;w=3600'
        left.append(answer["RateLimit"])
    for said, r, t in zip(left, (1, 0), (1800, 3600), strict=True):
        match = re.fullmatch(rf'"default";r={r};t=(\d+)', said)
        assert match is not None
        assert t - 60 < int(match[1]) <= t, "until the bucket is full again"
    refused = ask(client, key.token, bbox=WORLD)
    assert_problem(refused, 429)
    assert refused["RateLimit"] == f'"default";r=0;t={refused["Retry-After"]}'
    assert refused.json()["violated-policies"] == ["default"]
    assert refused.json()["type"].endswith("#quota-exceeded")
    assert ask(client, buyer("Other").token, bbox=WORLD).status_code == 200


def test_who_has_an_answer_already_gets_it_for_nothing(client, key):
    hazard = put_hazard(*on(1000))
    for path, params in [
        ("hazards", {"bbox": WORLD}),
        ("hazards/ahead", vehicle(START, 90.0)),
        (f"hazards/{hazard}", {}),
    ]:

        def again(tag, path=path, params=params):
            headers = {"Authorization": f"Bearer {key.token}", "If-None-Match": tag}
            return client.get(f"/api/v1/{path}", params, headers=headers)

        first = again('"x"')
        assert first.status_code == 200
        tag = first["ETag"]
        for known in (tag, f'"x", {tag}', tag.removeprefix("W/")):
            same = again(known)
            assert (same.status_code, same.content, same["ETag"]) == (304, b"", tag)
        Hazard.objects.filter(id=hazard).update(p=0.7)
        changed = again(tag)
        assert changed.status_code == 200
        assert changed["ETag"] != tag
        Hazard.objects.filter(id=hazard).update(p=0.9)
    assert billed() == [1] * 6


def test_a_full_page_that_goes_on_now_is_another_answer(client, key):
    """What comes on the next page changes none of the rows of this one."""
    place = {"bbox": "9,49,12,51"}
    for put, path, params in [
        (lambda: put_hazard(10, 50), "/api/v1/hazards", place),
        (lambda: put_hazard(10, 50), "/ogc/collections/hazards/items", place),
        (lambda: put_zone((10, 50), (10.001, 50)), "/api/v1/workzones", place),
        (lambda: put_hazard(*on(1000)), "/api/v1/hazards/ahead", vehicle(START, 90.0)),
    ]:
        for model in (Hazard, Zone):
            model.objects.all().delete()
        for _ in range(2):
            put()

        def again(tag, path=path, params=params):
            headers = {"Authorization": f"Bearer {key.token}", "If-None-Match": tag}
            return client.get(path, params | {"limit": 2}, headers=headers)

        first = again('"x"')
        assert again(first["ETag"]).status_code == 304
        put()
        changed = again(first["ETag"])
        assert changed.status_code == 200, path
        assert changed["ETag"] != first["ETag"]
        assert changed.json()["features"] is not None
        known = "matched" if "ahead" in path else "links"
        assert changed.json()[known] != first.json()[known]


def test_a_price_can_be_asked_for_nothing_and_stands_in_each_answer(client, key):
    for n in range(7):
        put_hazard(*on(100 * (n + 1)))
    priced_by = asked(client, key.token, explain="cost", limit=3)
    for name, question in priced_by.items():
        if name.startswith(("Hazard", "Route", "Ahead")) and "Detail" not in name:
            priced = question().json()
            expected = 3 if name == "AheadCollection" else 7
            assert (priced["meter"], priced["units"], priced["exact"]) == ("hazard", expected, True)
            pages = {"RouteCollection": 3, "AheadCollection": 1}.get(name)
            assert priced["beside"] == ({"route": pages} if pages else {})
    assert billed() == []
    for question in list(asked(client, key.token, limit=3).values())[:4]:
        answer = question()
        cost = answer.json()["cost"]
        assert (cost["meter"], cost["units"]) == ("hazard", len(ids(answer)))
        assert cost["amount"] is None, "there is no plan"
    assert billed() == [3, 3, 3, 3]
    kept = UsageEvent.objects.order_by("at", "id")
    subjects = ["hazards", "hazards", "along-route", "ahead"]
    assert list(kept.filter(meter="hazard").values_list("subject", flat=True)) == subjects
    routes = kept.exclude(meter="hazard").values_list("meter", "quantity", "subject")
    assert list(routes) == [("route", 1, "along-route"), ("route", 1, "ahead")]


def test_a_question_that_takes_too_long_is_given_up(client, key, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 20")

    def slow(*_, **__):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")

    monkeypatch.setattr(search, "page", slow)
    answer = ask(client, key.token, bbox=WORLD)
    assert_problem(answer, 503)
    assert answer["Retry-After"] == "10"


def test_the_age_of_the_data_is_that_of_the_last_change(client, key):
    hazard_at("cow", START, timezone.now() - timedelta(minutes=5))
    body = json.loads(ask(client, key.token, bbox=WORLD).content)
    assert 0.0 <= body["data_age_s"] < 60.0


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "hazards"),
        ("get", f"hazards/{NOBODY}"),
        ("get", "coverage"),
        ("get", "changes"),
        ("post", "hazards/in-region"),
        ("post", "hazards/along-route"),
        ("post", "webhooks"),
        ("delete", f"webhooks/{NOBODY}"),
        ("post", f"webhooks/{NOBODY}/pause"),
        ("post", f"webhooks/{NOBODY}/enable"),
        ("post", f"webhooks/{NOBODY}/test"),
        ("post", f"deliveries/{NOBODY}/replay"),
        ("post", "watch-areas"),
        ("delete", f"watch-areas/{NOBODY}"),
        ("post", "keys/leaked"),
        ("post", "pair"),
    ],
)
def test_a_parameter_that_nobody_reads_is_refused(client, key, method, path):
    answer = getattr(client, method)(
        f"/api/v1/{path}?limt=5",
        **({"data": {}, "content_type": "application/json"} if method == "post" else {}),
        headers={"Authorization": f"Bearer {key.token}"},
    )
    assert_problem(answer, 400, "limt", "is no parameter here")


@pytest.mark.parametrize("path", ["api/v1/openapi.json", "tiles/v1/hazards.json"])
def test_descriptions_take_no_parameters(client, path):
    answer = client.get(f"/{path}?lang=de&x")
    assert_problem(answer, 400, "lang", "is no parameter here")
    assert [one["parameter"] for one in answer.json()["errors"]] == ["lang", "x"]
    assert answer.json()["type"].endswith("/api/problems/#invalid")
    assert client.get(f"/{path}").status_code == 200


def test_the_public_feed_names_broken_rules_as_all_others_do(client):
    answer = client.get("/feeds/wzdx-4.2.geojson?simulatd=true")
    assert_problem(answer, 400, "simulatd", "did you mean simulated?")
    assert answer.json()["type"].endswith("/api/problems/#invalid")


def garbage(client, token, limit):
    """How many objects that hang together in circles an answer has left behind."""
    ask(client, token, bbox=WORLD, limit=limit)
    return gc.collect()


def test_what_an_answer_was_written_from_is_free_as_soon_as_it_is_written(client, key):
    Hazard.objects.bulk_create(hazard_row(made_up(n / 100, 50)) for n in range(200))
    garbage(client, key.token, 1)
    assert garbage(client, key.token, 200) < garbage(client, key.token, 1) + 200
