"""Pages of other sites: who may read what, and preflights that cost nothing."""

import pytest

from hazardmap.accounts.models import ApiKey
from hazardmap.platform import rate_limit
from tests.map_scene import buyer, put_hazard

MINE, THEIRS = "https://fleet.example", "https://elsewhere.example"
BOX = {"bbox": "0,0,10,60"}


def allowed(answer):
    return answer.get("Access-Control-Allow-Origin")


def test_a_preflight_asks_nobody(client, monkeypatch):
    """Nor the database: this test may not use it."""
    monkeypatch.setattr(rate_limit, "_TAKE", lambda *_: pytest.fail("Redis was asked"))
    for path in ("/api/v1/hazards", "/api/v1/webhooks", "/ogc/collections", "/tiles/v1/cells.json"):
        answer = client.options(
            path,
            headers={
                "Origin": THEIRS,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
            },
        )
        assert answer.status_code == 204
        assert allowed(answer) == "*"
        assert {"Authorization", "Content-Type", "Idempotency-Key"} <= set(
            answer["Access-Control-Allow-Headers"].split(", ")
        )
        assert {"GET", "POST", "DELETE"} <= set(answer["Access-Control-Allow-Methods"].split(", "))
        assert int(answer["Access-Control-Max-Age"]) > 600
        assert not answer.has_header("Access-Control-Allow-Credentials")


@pytest.mark.parametrize("path", ["/api/v1/frames", "/api/v1/pair", "/api/v1/keys/leaked", "/"])
@pytest.mark.django_db
def test_what_is_not_for_pages_of_others(client, path):
    asked = {"Origin": THEIRS, "Access-Control-Request-Method": "POST"}
    assert allowed(client.options(path, headers=asked)) is None
    answer = client.post(path, {}, content_type="application/json", headers={"Origin": THEIRS})
    assert allowed(answer) is None


@pytest.mark.parametrize(
    "path",
    ["/feeds/wzdx-4.2.geojson", "/ogc/", "/api/v1/openapi.json", "/tiles/v1/hazards.json"],
)
@pytest.mark.django_db
def test_what_is_public_is_open_to_every_page_and_the_same_to_all(client, path):
    for headers in ({}, {"Origin": THEIRS}, {"Origin": "null"}):
        answer = client.get(path, headers=headers)
        assert (answer.status_code, allowed(answer)) == (200, "*")
        assert not answer.has_header("Access-Control-Allow-Credentials")
        assert "Origin" not in answer.get("Vary", "")


@pytest.fixture
def asked(client, db):
    """Asks for hazards with a key as a page of an origin does."""
    put_hazard(5, 50)
    token = buyer().token

    def ask(origin, path="/api/v1/hazards"):
        headers = {"Authorization": f"Bearer {token}"} | ({"Origin": origin} if origin else {})
        return client.get(path, BOX if path.endswith("/hazards") else {}, headers=headers)

    return ask


def test_a_key_without_limits_works_in_every_page(asked):
    answer = asked(THEIRS)
    assert (answer.status_code, allowed(answer)) == (200, "*")
    assert {"ETag", "RateLimit", "X-Request-Id"} <= set(
        answer["Access-Control-Expose-Headers"].split(", ")
    )


def test_a_key_with_origins_opens_answers_for_their_pages_alone(asked):
    ApiKey.objects.update(allowed_origins=[MINE])
    mine = asked(MINE)
    assert (mine.status_code, allowed(mine)) == (200, MINE)
    assert "Origin" in mine["Vary"]
    for origin in (THEIRS, "null", None):
        refused = asked(origin)
        assert (refused.status_code, allowed(refused)) == (403, None)
        assert "Origin" in refused["Vary"]
    described = asked(MINE, "/tiles/v1/hazards.json")
    assert (described.status_code, allowed(described)) == (200, MINE)
    assert allowed(asked(THEIRS, "/tiles/v1/hazards.json")) is None


def test_errors_can_be_read_by_pages(asked, client):
    assert allowed(client.get("/api/v1/hazards", headers={"Origin": THEIRS})) == "*"
    assert allowed(client.get("/api/v1/nothing", headers={"Origin": THEIRS})) == "*"
    ApiKey.objects.update(allowed_origins=[MINE])
    wrong = asked(MINE, "/api/v1/changes?since=first")
    assert (wrong.status_code, allowed(wrong)) == (400, MINE)
