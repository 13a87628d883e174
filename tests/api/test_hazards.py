"""The buyer's call: who may ask, what is asked wrongly, what comes, and what it costs."""

from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hazardmap.accounts.models import ApiKey
from hazardmap.core.fusion.hazard import State
from hazardmap.core.kinds import KINDS
from hazardmap.hazards.models import Hazard
from hazardmap.metering.models import UsageEvent
from hazardmap.platform.ids import new_id
from tests.asked import WORLD, ask, billed, every_page, ids
from tests.capture_scene import driver
from tests.map_scene import buyer, put_hazard
from tests.moderation_scene import hazard_at
from tests.problems import assert_problem

pytestmark = pytest.mark.django_db


def test_a_key_must_be_right_and_alive(client, key):
    assert ask(client, key.token, bbox=WORLD).status_code == 200
    wrong = key.token[:-1] + ("a" if key.token[-1] != "a" else "b")
    for token in ("", "x", wrong, driver()[1].token, buyer("Other").token[:-52] + key.token[-52:]):
        answer = ask(client, token, bbox=WORLD)
        assert_problem(answer, 401)
        assert answer["WWW-Authenticate"] == 'Bearer realm="hazardmap"'
    assert_problem(client.get("/api/v1/hazards", {"bbox": WORLD}), 401)
    now = timezone.now()
    for change, code in [
        ({"expires_at": now + timedelta(minutes=1)}, 200),
        ({"expires_at": now}, 401),
        ({"expires_at": None, "revoked_at": now}, 401),
    ]:
        ApiKey.objects.filter(kid=key.kid).update(**change)
        assert ask(client, key.token, bbox=WORLD).status_code == code
    assert billed() == []


@pytest.mark.parametrize(
    ("params", "field", "rule"),
    [
        ({}, "bbox", "west,south,east,north"),
        ({"bbox": ""}, "bbox", "west,south,east,north"),
        ({"bbox": "1,2,3"}, "bbox", "west,south,east,north"),
        ({"bbox": "1,2,3,4,5"}, "bbox", "west,south,east,north"),
        ({"bbox": "a,b,c,d"}, "bbox", "west,south,east,north"),
        ({"bbox": "nan,0,1,1"}, "bbox", "finite"),
        ({"bbox": "0,0,inf,1"}, "bbox", "finite"),
        ({"bbox": "-181,0,1,1"}, "bbox", "-180 to 180"),
        ({"bbox": "0,0,180.1,1"}, "bbox", "-180 to 180"),
        ({"bbox": "0,2,1,1"}, "bbox", "south first"),
        ({"bbox": "0,-91,1,1"}, "bbox", "-90 to 90"),
        ({"bbox": WORLD, "kind": "dragon"}, "kind", "'dragon' is unknown"),
        ({"bbox": WORLD, "kind": ""}, "kind", "is unknown"),
        ({"bbox": WORLD, "kind": "cow,"}, "kind", "is unknown"),
        ({"bbox": WORLD, "kind": ["cow", "dog"]}, "kind", "more than once"),
        ({"bbox": [WORLD, "0,0,1,1"]}, "bbox", "more than once"),
        ({"bbox": WORLD, "published": "1"}, "published", "true or false"),
        *(
            ({"bbox": WORLD, "limit": text}, "limit", "1 to 1000")
            for text in ("0", "-1", "1001", "ten", "1.5", "", "9" * 5000, "²")
        ),
        ({"bbox": WORLD, "after": "7"}, "after", "must be an id (UUID)"),
        ({"bbox": WORLD, "format": "xml"}, "format", "no parameter"),
        ({"bbox": WORLD, "kinds": "cow"}, "kinds", "no parameter"),
    ],
)
def test_each_wrong_parameter_is_named(client, key, params, field, rule):
    put_hazard(0.5, 0.5)
    assert_problem(ask(client, key.token, **params), 400, field, rule)
    assert billed() == []


def test_all_wrong_parameters_are_named_at_once(client, key):
    answer = ask(client, key.token, bbox="x", limit="x", after="x", kind="x", published="x", y="x")
    named = {error["parameter"] for error in answer.json()["errors"]}
    assert named == {"bbox", "limit", "after", "kind", "published", "y"}


def test_an_answer_is_geojson_that_fades_by_itself(client, key):
    now = timezone.now()
    half = timedelta(hours=1)
    hazard = put_hazard(24.9, 60.1, p=0.8, t_ref=now - half, half_life_s=half.total_seconds())
    answer = ask(client, key.token, bbox="24,60,25,61")
    assert answer["Content-Type"] == "application/geo+json"
    assert answer["Cache-Control"] == "private, no-cache"
    (feature,) = answer.json()["features"]
    assert feature["id"] == str(hazard)
    assert feature["geometry"] == {"type": "Point", "coordinates": [24.9, 60.1]}
    said = feature["properties"]
    assert (said["kind"], said["group"], said["state"]) == ("cow", "wildlife", "active")
    assert said["p"] == 0.8
    assert said["probability"] == pytest.approx(0.4, abs=0.001)


@pytest.mark.parametrize("accept", ["application/geo+json", "text/html", "image/png", "x"])
def test_what_the_client_says_it_accepts_changes_nothing(client, key, accept):
    headers = {"Authorization": f"Bearer {key.token}", "Accept": accept}
    answer = client.get("/api/v1/hazards", {"bbox": WORLD}, headers=headers)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/geo+json"
    assert_problem(client.get("/api/v1/hazards", headers={"Accept": accept}), 401)


def test_the_filters(client, key):
    cow, cone, unconfirmed = sorted(new_id() for _ in range(3))
    put_hazard(1, 1, id=cow)
    put_hazard(1, 1, id=cone, kind="cone")
    put_hazard(1, 1, id=unconfirmed, published=False, witnesses=1)
    for state in (State.CLEARED, State.EXPIRED):
        put_hazard(1, 1, state=state)
    assert ids(ask(client, key.token, bbox=WORLD)) == [cow, cone]
    assert ids(ask(client, key.token, bbox=WORLD, kind="cone")) == [cone]
    assert ids(ask(client, key.token, bbox=WORLD, kind="cone,cow")) == [cow, cone]
    assert ids(ask(client, key.token, bbox=WORLD, published="false")) == [cow, cone, unconfirmed]
    everything = ",".join(KINDS)
    assert ids(ask(client, key.token, bbox=WORLD, kind=everything)) == [cow, cone]


PLACES = {
    "fiji east": (179.5, -17.0),
    "fiji west": (-179.5, -17.0),
    "on the line": (180.0, -17.0),
    "null island's neighbour": (0.0, 0.1),
    "north pole": (0.0, 90.0),
    "helsinki": (24.94, 60.17),
}


@pytest.mark.parametrize(
    ("bbox", "expected"),
    [
        (WORLD, set(PLACES)),
        ("179,-18,-179,-16", {"fiji east", "fiji west", "on the line"}),
        ("179,-18,180,-16", {"fiji east", "on the line"}),
        ("10,-90,0,90", set(PLACES)),
        ("24.94,60.17,24.94,60.17", {"helsinki"}),
        ("24.94,60,24.94,61", {"helsinki"}),
        ("24,60.17,25,60.17", {"helsinki"}),
        ("-1,89,1,90", {"north pole"}),
        ("30,-10,40,10", set()),
    ],
)
def test_boxes_across_the_date_line_of_no_size_and_of_the_whole_world(client, key, bbox, expected):
    put = {put_hazard(*place): name for name, place in PLACES.items()}
    assert {put[id_] for id_ in ids(ask(client, key.token, bbox=bbox))} == expected


@given(st.integers(1, 30), st.integers(0, 25))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None
)
def test_following_next_visits_every_hazard_once(client, key, limit, count):
    billed()
    Hazard.objects.all().delete()
    UsageEvent.objects.all().delete()
    put = sorted(put_hazard(10 + n / 100, 50) for n in range(count))
    first = ask(client, key.token, bbox="9,49,12,51", limit=limit)
    pages = [ids(page) for page in every_page(client, key.token, first)]
    assert [id_ for page in pages for id_ in page] == put
    assert all(len(page) == limit for page in pages[:-1])
    assert sorted(billed()) == sorted(len(page) for page in pages if page)


def test_what_is_billed_is_what_was_returned(client, key):
    put = [put_hazard(1, 1), put_hazard(2, 1), put_hazard(3, 1)]
    put[:2] = sorted(put[:2])
    answer = ask(client, key.token, bbox="0,0,2.5,2")
    assert len(ids(answer)) == 2
    assert ask(client, key.token, f"hazards/{put[2]}").status_code == 200
    assert billed() == [2, 1]
    event = UsageEvent.objects.order_by("at")[0]
    assert (event.key_id, event.meter, event.subject) == (key.kid, "hazard", "hazards")
    assert event.request_id == answer["X-Request-Id"]
    assert event.hazards == [str(id_) for id_ in put[:2]]
    assert billed() == [2, 1], "loading the log again bills nothing"


def test_nothing_is_billed_for_errors_and_empty_answers(client, key):
    hazard = put_hazard(1, 1)
    assert ids(ask(client, key.token, bbox="50,50,51,51")) == []
    assert_problem(ask(client, key.token, bbox="x"), 400)
    assert_problem(ask(client, key.token, f"hazards/{uuid4()}"), 404)
    assert_problem(ask(client, key.token, "hazards/7"), 404)
    asked: list[tuple[str, dict[str, str]]] = [
        ("hazards", {"bbox": WORLD}),
        (f"hazards/{hazard}", {}),
    ]
    for (path, about), method in product(asked, ["HEAD", "OPTIONS", "POST"]):
        answer = ask(client, key.token, path, method, **about)
        assert answer.status_code == {"HEAD": 200, "OPTIONS": 200, "POST": 405}[method]
    assert billed() == []


def test_no_answer_leaves_unbilled(key, settings, tmp_path):
    put_hazard(1, 1)
    settings.USAGE_LOG = tmp_path / "file" / "usage"
    (tmp_path / "file").touch()
    answer = ask(Client(raise_request_exception=False), key.token, bbox=WORLD)
    assert_problem(answer, 500)


def test_one_hazard_comes_with_its_evidence(client, key):
    hazard = hazard_at("cow", (24.94, 60.17), timezone.now() - timedelta(minutes=5))
    answer = ask(client, key.token, f"hazards/{hazard}")
    assert answer["Content-Type"] == "application/geo+json"
    body = answer.json()
    assert body["id"] == str(hazard)
    assert len(body["evidence"]) == 2
    assert all(trail["seen"] and trail["log2_ratio"] > 0 for trail in body["evidence"])
    assert "witness" not in str(body["evidence"])
    assert "device" not in str(body["evidence"])
    assert_problem(ask(client, key.token, f"hazards/{hazard}", limit=1), 400, "limit")
