"""The document tells of the headers that answers have, of errors and repetitions too."""

import json

import pytest

from hazardmap.accounts.models import ApiKey
from hazardmap.api.answer_headers import COMPONENTS
from tests.client_scene import OPERATIONS
from tests.map_scene import buyer, put_hazard
from tests.webhook_scene import HELSINKI, square

pytestmark = pytest.mark.django_db
BOX = "/api/v1/hazards?bbox=24.9,60.1,25.0,60.2"


def check(operation, answer, *, without=frozenset()):
    told = set(OPERATIONS[operation]["responses"][str(answer.status_code)].get("headers", ()))
    sent = {name for name in COMPONENTS if name in answer.headers}
    assert sent == told - without, (operation, answer.status_code)


def test_of_questions(client, monkeypatch):
    key = buyer()
    headers = {"Authorization": f"Bearer {key.token}"}
    put_hazard(*HELSINKI)
    first = client.get(BOX, headers=headers)
    check("listHazards", first)
    again = client.get(BOX, headers=headers | {"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    check("listHazards", again)
    check("listHazards", client.get(BOX))
    check("listHazards", client.get(f"{BOX}&limit=x", headers=headers))
    other = "/api/v1/hazards/01990000-0000-7000-8000-000000000000"
    check("getHazard", client.get(other, headers=headers))
    ApiKey.objects.update(scopes=["tiles:read"])
    check("listHazards", client.get(BOX, headers=headers))
    ApiKey.objects.update(scopes=["hazards:read"])
    monkeypatch.setattr("hazardmap.api.buyers.BuyerView.quota", 1)
    for _ in range(2):
        busy = client.get(BOX, headers=headers)
    assert busy.status_code == 429
    check("listHazards", busy)


def test_of_what_writes(client):
    headers = {"Authorization": f"Bearer {buyer().token}", "Idempotency-Key": '"one"'}

    def post(path, body):
        return client.post(f"/api/v1/{path}", body, "application/json", headers=headers)

    first = post("webhooks", {"url": "https://fleet.example/hook"})
    check("addEndpoint", first, without={"Idempotent-Replayed"})
    check("addEndpoint", post("webhooks", {"url": "https://fleet.example/hook"}))
    check("addEndpoint", post("webhooks", {"url": "https://other.example/hook"}))
    body = {"endpoint_id": first.json()["id"], "name": "home", "area": square(*HELSINKI)}
    check("addWatchArea", post("watch-areas", json.dumps(body)), without={"Idempotent-Replayed"})
