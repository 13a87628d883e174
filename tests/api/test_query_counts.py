"""The number of SQL statements of each endpoint, against a committed table: it may not grow."""

import math
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hazardmap.accounts.models import ApiKey, User
from hazardmap.accounts.services import pairing_code_create
from hazardmap.billing import plan_selectors
from tests.capture_scene import driver, here, picture, send
from tests.map_scene import buyer, put_hazard, put_zone
from tests.moderation_scene import hazard_at
from tests.webhook_scene import HELSINKI, square

TABLE = tomllib.loads((Path(__file__).parent / "query_counts.toml").read_text())
REGION = [[0, 40], [20, 40], [20, 60], [0, 60], [0, 40]]
WORLD = "-180,-90,180,90"
VEHICLE = {"lon": 1, "lat": 50, "heading_deg": 90, "speed_mps": 30}


def consumed(answer):
    assert answer.getvalue()
    return answer


def requests(client):
    """Every request of the table by its name, with as much behind it as it can have."""
    owner, device = driver()
    image = picture()
    frame = send(client, device.token, image, here()).json()["id"]
    hazard = hazard_at("cow", (24.94, 60.17), timezone.now() - timedelta(minutes=5))
    for number in range(30):
        put_hazard(number, 50)
    zone = put_zone((24.94, 60.17), (24.95, 60.17))
    code = pairing_code_create(owner=owner).code
    found = buyer("Leaky").token
    mine = {"Authorization": f"Bearer {device.token}"}
    theirs = {"Authorization": f"Bearer {buyer().token}"}
    ApiKey.objects.update(last_used_at=timezone.now())  # or it would be noted, once a minute
    world = {"bbox": WORLD, "published": "false", "limit": 20}

    def post(path, body):
        return client.post(f"/api/v1/{path}", body, content_type="application/json", headers=theirs)

    hook = post("webhooks", {"url": "https://fleet.example/hook"}).json()["id"]
    area = {"endpoint_id": hook, "name": "home", "area": square(*HELSINKI)}
    watch = post("watch-areas", area).json()["id"]
    message = post(f"webhooks/{hook}/test", {}).json()["delivery_id"]

    signed_in = Client()
    signed_in.force_login(User.objects.create_superuser("boss@hazardmap.example", None))

    return {
        "upload": lambda: send(client, device.token, picture(), here()),
        "upload_repeated": lambda: send(client, device.token, image),
        "frame_status": lambda: client.get(f"/api/v1/frames/{frame}", headers=mine),
        "hazards": lambda: client.get("/api/v1/hazards", world, headers=theirs),
        "hazards_circle": lambda: client.get(
            "/api/v1/hazards", {"lon": 5, "lat": 50, "radius_m": 1e6}, headers=theirs
        ),
        "hazards_cell": lambda: client.get(
            "/api/v1/hazards", {"cell": "8a1126d00007fff"}, headers=theirs
        ),
        "hazards_then": lambda: client.get(
            "/api/v1/hazards", world | {"at": timezone.now().isoformat()}, headers=theirs
        ),
        "evidence": lambda: client.get(f"/api/v1/hazards/{hazard}/evidence", headers=theirs),
        "cifs": lambda: client.get("/feeds/cifs.json", {"bbox": WORLD}, headers=theirs),
        "datex2": lambda: client.get("/feeds/datex2-3.xml", {"bbox": WORLD}, headers=theirs),
        "workzones": lambda: client.get("/api/v1/workzones", headers=theirs),
        "workzone": lambda: client.get(f"/api/v1/workzones/{zone}", headers=theirs),
        "coverage": lambda: client.get("/api/v1/coverage", {"bbox": WORLD}, headers=theirs),
        "in_region": lambda: post(
            "hazards/in-region", {"type": "Polygon", "coordinates": [REGION]}
        ),
        "along_route": lambda: post(
            "hazards/along-route", {"type": "LineString", "coordinates": [[0, 50], [1, 50]]}
        ),
        "ahead": lambda: client.get("/api/v1/hazards/ahead", VEHICLE, headers=theirs),
        "hazard": lambda: client.get(f"/api/v1/hazards/{hazard}", headers=theirs),
        "export": lambda: consumed(
            client.get("/api/v1/hazards/export", {"bbox": WORLD}, headers=theirs)
        ),
        "history": lambda: client.get(f"/api/v1/hazards/{hazard}/changes", headers=theirs),
        "changes": lambda: client.get("/api/v1/changes", headers=theirs),
        "leaked_keys": lambda: client.post(
            "/api/v1/keys/leaked", {"tokens": [found]}, content_type="application/json"
        ),
        "pair": lambda: client.post(
            "/api/v1/pair", {"code": code, "name": "phone"}, content_type="application/json"
        ),
        "openapi": lambda: client.get("/api/v1/openapi.json"),
        "list": lambda: client.get("/list/"),
        "list_near": lambda: client.get("/list/", {"near": "Helsinki"}),
        "sitemap": lambda: client.get("/sitemap.xml"),
        "status": lambda: signed_in.get("/admin/status/"),
        "endpoints": lambda: client.get("/api/v1/webhooks", headers=theirs),
        "endpoint": lambda: client.get(f"/api/v1/webhooks/{hook}", headers=theirs),
        "endpoint_add": lambda: post("webhooks", {"url": "https://fleet.example/other"}),
        "endpoint_remove": lambda: client.delete(f"/api/v1/webhooks/{hook}", headers=theirs),
        "endpoint_secret": lambda: post(f"webhooks/{hook}/secret", {}),
        "endpoint_pause": lambda: post(f"webhooks/{hook}/pause", {}),
        "endpoint_enable": lambda: post(f"webhooks/{hook}/enable", {}),
        "endpoint_test": lambda: post(f"webhooks/{hook}/test", {}),
        "deliveries": lambda: client.get(f"/api/v1/webhooks/{hook}/deliveries", headers=theirs),
        "deliveries_replay": lambda: post(
            f"webhooks/{hook}/replay", {"since": timezone.now().isoformat()}
        ),
        "delivery": lambda: client.get(f"/api/v1/deliveries/{message}", headers=theirs),
        "delivery_replay": lambda: post(f"deliveries/{message}/replay", {}),
        "watch_areas": lambda: client.get("/api/v1/watch-areas", headers=theirs),
        "watch_area": lambda: client.get(f"/api/v1/watch-areas/{watch}", headers=theirs),
        "watch_area_add": lambda: post("watch-areas", area),
        "watch_area_remove": lambda: client.delete(f"/api/v1/watch-areas/{watch}", headers=theirs),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("name", TABLE)
def test_an_endpoint_needs_no_more_queries_than_the_table_says(client, name, monkeypatch):
    request = requests(client)[name]
    # Whether plans are on offer is read once in three seconds, whoever asks.
    monkeypatch.setattr(plan_selectors._offered, "until_s", math.inf)
    with CaptureQueriesContext(connection) as queries:
        answer = request()
    assert answer.status_code < 300
    statements = [query["sql"] for query in queries]
    assert len(statements) == TABLE[name], "\n".join(statements)


@pytest.mark.django_db
def test_the_table_holds_every_request(client):
    assert set(requests(client)) == set(TABLE)
