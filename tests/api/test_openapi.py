"""The OpenAPI document: valid, whole, and right about tokens and errors."""

import re

import pytest
from drf_spectacular.validation import validate_schema

from hazardmap.api.formats import FORMATS
from hazardmap.api.schema import WRITING
from hazardmap.api.urls import urlpatterns

GEOJSON = ("hazards", "workzones", "coverage")
pytestmark = pytest.mark.django_db


@pytest.fixture
def document(client):
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def test_it_is_valid_and_generated_without_a_warning(document, capsys, client):
    validate_schema(document)
    client.get("/api/v1/openapi.json")
    assert "Warning" not in capsys.readouterr().err


def test_it_lists_every_address(document):
    routes = {f"/api/v1/{pattern.pattern}" for pattern in urlpatterns} - {"/api/v1/openapi.json"}
    listed = {re.sub(r"\{(\w+_id)\}", r"<id:\1>", path) for path in document["paths"]}
    assert listed == routes


@pytest.mark.parametrize(
    ("path", "method", "token", "answers"),
    [
        ("frames", "post", "deviceToken", "200 202 400 401 403 409 413 415 422 429 503"),
        ("frames/{frame_id}", "get", "deviceToken", "200 400 401 404 405 429"),
        ("pair", "post", None, "201 400 409 413 415 422 429"),
        ("hazards", "get", "apiKey", "200 304 400 401 402 403 429 503"),
        ("hazards/in-region", "post", "apiKey", "200 400 401 402 403 413 415 429 503"),
        ("hazards/along-route", "post", "apiKey", "200 400 401 402 403 413 415 429 503"),
        ("hazards/ahead", "get", "apiKey", "200 304 400 401 402 403 429 503"),
        ("hazards/{hazard_id}", "get", "apiKey", "200 304 307 400 401 402 403 404 405 429 503"),
        ("hazards/{hazard_id}/changes", "get", "apiKey", "200 304 400 401 402 403 404 405 429 503"),
        ("hazards/export", "get", "apiKey", "200 400 401 402 403 406 429 503"),
        ("usage", "get", "apiKey", "200 400 401 403 429 503"),
        ("keys/leaked", "post", None, "200 400 409 413 415 422 429"),
        ("changes", "get", "apiKey", "200 304 400 401 402 403 429 503"),
        (
            "hazards/{hazard_id}/evidence",
            "get",
            "apiKey",
            "200 304 307 400 401 402 403 404 405 429 503",
        ),
        ("workzones", "get", "apiKey", "200 304 400 401 402 403 429 503"),
        ("workzones/{zone_id}", "get", "apiKey", "200 304 400 401 402 403 404 405 429 503"),
        ("coverage", "get", "apiKey", "200 304 400 401 403 429 503"),
    ],
)
def test_each_operation_says_who_may_call_and_what_can_go_wrong(
    document, path, method, token, answers
):
    operation = document["paths"][f"/api/v1/{path}"][method]
    assert operation["security"] == ([{token: []}] if token else [])
    # The web server itself refuses an address that is too long, in words of its own.
    assert "content" not in operation["responses"].pop("414")
    assert sorted(operation["responses"]) == answers.split()
    for status, answer in operation["responses"].items():
        kinds = set(answer.get("content", ()))
        if status in {"304", "307"}:
            assert not kinds
        elif status >= "400":
            assert kinds == {"application/problem+json"}
        elif path == "hazards/export":
            assert kinds == set(FORMATS)
        elif path.startswith(GEOJSON) and not path.endswith(("changes", "evidence")):
            assert kinds - {"application/json"} == {"application/geo+json"}
        else:
            assert kinds == {"application/json"}


def test_each_message_has_a_name_for_code_and_takes_no_token(document):
    told = [methods["post"] for methods in document["webhooks"].values()]
    names = {"onHazardAppeared", "onHazardChanged", "onHazardGone", "onSpendingAlert"}
    assert {one["operationId"] for one in told} == names | {"onEndpointTest"}
    assert all(one["security"] == [] for one in told)


def test_lists_of_operations_have_a_line_for_each_in_groups(document):
    """Generated clients and viewers show these; without a group all stand under `api`."""
    operations = [
        one
        for addresses in (document["paths"], document["webhooks"])
        for methods in addresses.values()
        for one in methods.values()
    ]
    assert all(one["summary"] and "\n" not in one["summary"] for one in operations)
    assert len({one["summary"] for one in operations}) == len(operations)
    declared = [group["name"] for group in document["tags"]]
    assert {tag for one in operations for tag in one["tags"]} == set(declared)
    assert {"hazards", "messages", "workzones"} <= set(declared)
    assert document["info"]["license"]["identifier"] == "AGPL-3.0-or-later"


def test_every_post_that_writes_takes_an_idempotency_key(document):
    """The other two ask: what is asked for does not fit into an address."""
    posts = {one["post"]["operationId"] for one in document["paths"].values() if "post" in one}
    assert posts - {"listHazardsInRegion", "listHazardsAlongRoute"} == WRITING
