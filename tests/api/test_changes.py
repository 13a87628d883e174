"""The feed of changes over HTTP, and the trail behind one hazard."""

import random
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from hazardmap.core.fusion.hazard import LIVE, Change, State
from hazardmap.core.geometry.area import Cell
from hazardmap.core.geometry.bbox import holds
from hazardmap.core.geometry.coverings import looked_cell
from hazardmap.core.messages.watch import change_seen
from hazardmap.hazards import change_feed
from hazardmap.hazards.models import Hazard, HazardEvent
from hazardmap.hazards.services import expire_faded
from hazardmap.hazards.services.hazards_write import hazards_write
from tests.asked import ask, billed
from tests.map_scene import put_hazard
from tests.moderation_scene import hazard_at
from tests.problems import assert_problem
from tests.webhook_scene import cow, told

pytestmark = pytest.mark.django_db
HELSINKI = (24.94, 60.17)
HELSINKI_CELL = f"{looked_cell(*HELSINKI):x}"
OF_ONE = (
    "/api/v1/hazards/{}",
    "/api/v1/hazards/{}/evidence?explain=cost",
    "/ogc/collections/hazards/items/{}",
    "/hazards/{}/?lang=de",
    "/map/hazards/{}.json",
)
"""What is told of one hazard that is there, and asked for by its id."""


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
    answer = ask(client, key.token, "changes", since=5)
    assert_problem(answer, 400, "since", "is ahead of the newest change, 0")
    assert ask(client, key.token, "changes", since=0).json()["cursor"] == 0
    gone()
    newest = ask(client, key.token, "changes").json()["cursor"]
    assert ask(client, key.token, "changes", since=newest).json()["changes"] == []
    answer = ask(client, key.token, "changes", since=newest + 1)
    assert_problem(answer, 400, "since", f"is ahead of the newest change, {newest}")


@pytest.mark.parametrize("area", [{"bbox": "24,60,25,61"}, {"cell": HELSINKI_CELL}])
def test_a_part_of_the_map_has_a_feed_of_its_own(client, key, area):
    """What comes into it appears, what leaves it is removed; nothing else is told or billed."""
    hazard = told(Change.APPEARED, cow(published=False))
    told(Change.APPEARED, cow((2.0, 48.0)))
    told(Change.APPEARED, cow(kind="cone"))
    hazard = told(Change.PUBLISHED, hazard, published=True)
    hazard = told(Change.CHANGED, hazard, p=0.8)
    hazard = told(Change.UNPUBLISHED, hazard, published=False)
    hazard = told(Change.PUBLISHED, hazard, published=True)
    hazard = told(Change.CHANGED, hazard, lon=2.0, lat=48.0)
    hazard = told(Change.REMOVED, hazard, state=State.EXPIRED)
    asked = area | {"kind": "cow", "published": "true"}
    seen = ask(client, key.token, "changes", **asked).json()
    assert [one["change"] for one in seen["changes"]] == [
        *("appeared", "changed", "removed", "appeared", "removed")
    ]
    assert {one["hazard"]["id"] for one in seen["changes"]} == {str(hazard.id)}
    assert seen["cursor"] == HazardEvent.objects.latest("cursor").cursor
    assert billed() == [5]
    everything = ask(client, key.token, "changes", **area).json()["changes"]
    assert [one["change"] for one in everything] == [
        *("appeared", "appeared", "published", "changed", "unpublished", "published", "removed")
    ]


def test_what_is_made_up_is_in_the_feed_of_a_part_as_it_is_in_answers(client, key):
    hazard = told(Change.APPEARED, cow(simulated=True))
    told(Change.REMOVED, hazard, state=State.EXPIRED)
    seen = ask(client, key.token, "changes", bbox="24,60,25,61").json()["changes"]
    assert [one["change"] for one in seen] == ["appeared", "removed"]


def test_a_feed_of_a_part_looks_at_so_much_at_once_and_goes_on(client, key, monkeypatch):
    monkeypatch.setattr(change_feed, "LOOKED_AT_ONCE", 3)
    for place in [(2.0, 48.0)] * 4 + [HELSINKI] * 2 + [(2.0, 48.0)]:
        told(Change.APPEARED, cow(place))
    cursors, counts = [0], []
    while True:
        asked = {"bbox": "24,60,25,61", "limit": 1, "since": cursors[-1]}
        part = ask(client, key.token, "changes", **asked).json()
        cursors.append(part["cursor"])
        counts.append(len(part["changes"]))
        if len(part["links"]) == 1:
            break
        assert "bbox=" in part["links"][1]["href"]
    assert counts == [0, 1, 1, 0]
    assert cursors[1:] == [HazardEvent.objects.order_by("cursor")[n].cursor for n in (2, 4, 5, 6)]
    assert billed() == [1, 1]


@pytest.mark.parametrize(
    "part",
    [
        {"bbox": "24,60,25,61"},
        {"bbox": "170,-30,-170,-20"},
        {"bbox": "1.5,48,2,48"},
        {"cell": HELSINKI_CELL},
        {"kind": "cow,dog"},
        {"published": "true"},
        {"bbox": "24,60,25,61", "kind": "cow", "published": "true"},
    ],
)
@pytest.mark.parametrize("looked", [4, 1000])
def test_a_part_is_what_two_lines_of_each_hazard_say(client, key, monkeypatch, part, looked):
    """However much is looked at and told at once, as by a plain reading of the whole feed."""
    chance = random.Random(5)
    places = [HELSINKI, (2.0, 48.0), (180.0, -25.0), (-170.0, -20.0), (24.0, 61.0)]
    there = [told(Change.APPEARED, cow(place)) for place in places]
    for _ in range(40):
        index = chance.randrange(len(there))
        lon, lat = chance.choice(places)
        new = {"lon": lon, "lat": lat, "published": chance.random() < 0.5}
        new |= {"kind": chance.choice(["cow", "dog", "cone"])}
        new |= {"state": chance.choice([State.ACTIVE, State.ACTIVE, State.EXPIRED])}
        there[index] = told(Change.CHANGED, there[index], **new)

    def sees(hazard):
        box = [float(side) for side in part["bbox"].split(",")] if "bbox" in part else None
        return (
            hazard.state in LIVE
            and (box is None or holds(tuple(box), hazard.lon, hazard.lat))
            and ("cell" not in part or Cell.read(part["cell"]).holds(hazard.lon, hazard.lat))
            and hazard.kind in part.get("kind", hazard.kind)
            and (hazard.published or "published" not in part)
        )

    expected, seen = [], set()
    for event in change_feed.changes(0, limit=99).events:
        name = event.hazard.id
        change = change_seen(event.change, before=name in seen, now=sees(event.hazard))
        seen = seen | {name} if sees(event.hazard) else seen - {name}
        expected += [(event.cursor, change)] if change else []
    assert 3 < len(expected) < 45

    monkeypatch.setattr(change_feed, "LOOKED_AT_ONCE", looked)
    monkeypatch.setattr(change_feed, "READ_AT_ONCE", 3)
    found, cursor, more = [], 0, True
    while more:
        answer = ask(client, key.token, "changes", **part, limit=2, since=cursor).json()
        found += [(one["cursor"], one["change"]) for one in answer["changes"]]
        cursor, more = answer["cursor"], len(answer["links"]) == 2
    assert found == expected
    assert cursor == HazardEvent.objects.latest("cursor").cursor


def test_what_a_part_leaves_out_is_not_read(client, key, monkeypatch):
    for _ in range(9):
        told(Change.APPEARED, cow((2.0, 48.0)))
    told(Change.APPEARED, cow())
    read = []
    plain = change_feed.mapping.hazard_from_json
    monkeypatch.setattr(
        change_feed.mapping, "hazard_from_json", lambda row: read.append(row) or plain(row)
    )
    assert len(ask(client, key.token, "changes", bbox="24,60,25,61").json()["changes"]) == 1
    assert len(read) == 1


def test_a_part_is_one_area(client, key):
    both = {"bbox": "24,60,25,61", "cell": HELSINKI_CELL}
    assert_problem(ask(client, key.token, "changes", **both), 400, "cell", "not both")


def test_one_that_was_merged_names_its_heir_and_its_id_leads_there(client, key):
    """Also where that has become a part of a third, and not where all of them have vanished."""
    first, second, third = (hazard_at("cow", (lon, 60.0), timezone.now()) for lon in (24, 25, 26))
    for gone_id, heir in ((first, second), (second, third)):
        with transaction.atomic():
            hazards_write(present=[], gone={gone_id: heir}, trails={})
    changes = ask(client, key.token, "changes").json()["changes"]
    assert [
        (change["hazard"]["id"], change["merged_into"])
        for change in changes
        if change["change"] == "removed"
    ] == [(str(first), str(second)), (str(second), str(third))]
    assert {one["merged_into"] for one in changes if one["change"] != "removed"} == {None}
    headers = {"Authorization": f"Bearer {key.token}"}
    for address in OF_ONE:
        moved = client.get(address.format(first), headers=headers)
        assert (moved.status_code, moved.content) == (307, b""), address
        assert moved["Location"] == address.format(third)
        assert moved["Cache-Control"] == "no-store"
        assert client.get(moved["Location"], headers=headers).status_code == 200
    assert billed() == [len(changes), 1, 1]
    with transaction.atomic():
        hazards_write(present=[], gone={third: None}, trails={})
    for address in OF_ONE:
        assert client.get(address.format(first), headers=headers).status_code == 404, address
    last = ask(client, key.token, f"hazards/{third}/changes").json()["changes"][-1]
    assert (last["change"], last["merged_into"]) == ("removed", None)


def test_an_id_in_upper_case_is_the_same_id(client, key):
    """As some programs write it, which take it from an answer and ask."""
    hazard = hazard_at("cow", HELSINKI, timezone.now() - timedelta(minutes=5))
    headers = {"Authorization": f"Bearer {key.token}"}
    for address in OF_ONE:
        answer = client.get(address.format(str(hazard).upper()), headers=headers)
        assert answer.status_code == 200, address


def test_what_was_read_says_where_the_changes_since_begin(client, key):
    put_hazard(*HELSINKI)
    gone((20.0, 50.0))
    newest = HazardEvent.objects.latest("cursor").cursor
    box = {"bbox": "24,60,25,61"}
    page = ask(client, key.token, **box)
    region = {"type": "Polygon", "coordinates": [[[24, 60], [25, 60], [25, 61], [24, 60]]]}
    headers = {"Authorization": f"Bearer {key.token}"}
    answers = [
        page,
        ask(client, key.token, method="HEAD", **box),
        client.get("/api/v1/hazards/export", box, headers=headers | {"Accept": "text/csv"}),
        client.get("/feeds/cifs.json", box, headers=headers),
        client.post(
            "/api/v1/hazards/in-region", region, content_type="application/json", headers=headers
        ),
    ]
    assert [(one.status_code, one["X-Cursor"]) for one in answers] == [(200, str(newest))] * 5
    assert not ask(client, key.token, at=timezone.now(), **box).has_header("X-Cursor")
    assert "X-Cursor" in page["Access-Control-Expose-Headers"]
    assert ask(client, key.token, "changes", since=page["X-Cursor"]).json()["changes"] == []
    gone((21.0, 50.0))
    changes = ask(client, key.token, "changes", since=page["X-Cursor"]).json()["changes"]
    assert changes[-1]["change"] == "removed"
    # Elsewhere nothing of the page has changed: it holds for longer, and costs nothing.
    again = client.get("/api/v1/hazards", box, headers={**headers, "If-None-Match": page["ETag"]})
    assert (again.status_code, again["X-Cursor"]) == (304, str(changes[-1]["cursor"]))


def test_a_client_can_begin_with_what_comes(client, key):
    assert ask(client, key.token, "changes", since="now").json()["cursor"] == 0
    gone()
    answer = ask(client, key.token, "changes", since="now")
    begun = answer.json()
    newest = HazardEvent.objects.latest("cursor").cursor
    assert (begun["changes"], begun["cursor"], billed()) == ([], newest, [])
    later = gone((21.0, 50.0))
    changes = ask(client, key.token, "changes", since=begun["cursor"]).json()["changes"]
    assert {change["hazard"]["id"] for change in changes} == {str(later)}
    headers = {"Authorization": f"Bearer {key.token}", "If-None-Match": answer["ETag"]}
    again = client.get("/api/v1/changes?since=now", headers=headers)
    assert (again.status_code, again.json()["cursor"]) == (200, changes[-1]["cursor"])


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
