"""What the map's script fetches."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from hazardmap.capture.models import Frame
from hazardmap.core.answers.public import public
from hazardmap.core.decay import probability_at
from hazardmap.core.kinds import KINDS
from hazardmap.hazards.image_selectors import images_of
from hazardmap.hazards.models import Hazard
from hazardmap.hazards.services import fuse_pending
from hazardmap.web import map_data
from tests.detected import contributor, drive, minutes_ago
from tests.map_scene import buyer, made_up, put_hazard
from tests.scenes import ahead
from tests.unit.conftest import PLACE

pytestmark = pytest.mark.django_db


def test_a_hazard_is_listed_where_it_is_and_nowhere_else(client, cow):
    here = client.get("/map/hazards.json", {"bbox": "24,60,25,61"})
    elsewhere = client.get("/map/hazards.json", {"bbox": "25,60,26,61"})
    (hazard,) = here.json()["hazards"]
    assert hazard["id"] == str(cow)
    assert (hazard["label"], hazard["group"], hazard["simulated"]) == ("cattle", "wildlife", True)
    assert hazard["lon"] == pytest.approx(PLACE[0], abs=1e-3)
    assert here.json()["truncated"] is False
    assert here["Cache-Control"] == "no-store"
    assert elsewhere.json()["hazards"] == []


def test_a_list_that_is_cut_says_so(client, cow, monkeypatch):
    put_hazard(24.96, 60.17, "dog", id=UUID(int=cow.int + 1))  # newer
    monkeypatch.setattr(map_data, "LIST_LIMIT", 1)
    answer = client.get("/map/hazards.json", {"bbox": "24,60,25,61"}).json()
    assert [hazard["kind"] for hazard in answer["hazards"]] == ["dog"]
    assert answer["truncated"] is True


@pytest.mark.parametrize("bbox", ["", "1,2,3", "nan,0,1,1", "0,1,0,0"])
def test_a_bad_section_is_a_problem_document(client, bbox):
    answer = client.get("/map/hazards.json", {"bbox": bbox})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert "bbox" in answer.json()["detail"]


def test_details_show_the_pictures_but_never_who_took_them(client, cow):
    answer = client.get(f"/map/hazards/{cow}.json")
    body = answer.json()
    assert body["hazard"]["witnesses"] == 2
    assert len(body["images"]) == 6
    left, top, right, bottom = body["images"][0]["box"]
    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 1
    owners = {str(frame.device_id) for frame in Frame.objects.all()}
    owners |= {str(frame.account_id) for frame in Frame.objects.all()}
    assert not [owner for owner in owners if owner in answer.content.decode()]


def test_passes_tell_hours_and_nobody_and_those_that_saw_nothing_are_counted(client):
    cone = ahead(40.0)
    for name, minutes, things in [("ann", 30, [cone]), ("ben", 20, [cone]), ("cid", 10, [])]:
        drive(contributor(name), minutes_ago(minutes), *things)
    fuse_pending()
    (hazard,) = Hazard.objects.filter(published=True)
    body = client.get(f"/map/hazards/{hazard.id}.json").json()
    assert [set(one) for one in body["passes"]] == [{"at", "frames", "bits", "p_after"}] * 2
    assert body["against"] == 1
    times = [one["at"] for one in body["passes"]] + [one["captured_at"] for one in body["images"]]
    assert len(times) > 2
    assert {at % 3600 for at in times} == {0.0}
    page = client.get(f"/hazards/{hazard.id}/").content.decode()
    assert "1 pass looked and did not see it." in page


def test_pictures_leave_with_the_hazard(client, cow):
    picture = client.get(f"/map/hazards/{cow}.json").json()["images"][0]["url"]
    assert client.get(picture).status_code == 200
    Hazard.objects.filter(id=cow).update(state="cleared")
    assert client.get(f"/map/hazards/{cow}.json").json()["images"] == []
    assert client.get(picture).status_code == 404


def test_addresses_of_pictures_say_nothing_of_when_their_frames_came(client, cow):
    """A frame's id begins with the millisecond; what came one after the other is of one drive."""
    frames = {str(image.frame_id) for image in images_of(cow)}
    told = client.get(f"/map/hazards/{cow}.json").json()["images"]
    page = client.get(f"/hazards/{cow}/").content.decode()
    names = {one["url"].removeprefix("/images/").removesuffix(".jpg") for one in told}
    assert len(names) == len(frames) > 1
    for frame in frames:
        assert frame not in page
        assert client.get(f"/images/{frame}.jpg").status_code == 404
    assert not {name[:8] for name in names} & {frame[:8] for frame in frames}
    for name in names:
        assert client.get(f"/images/{name}.jpg").status_code == 200
        assert client.get(f"/images/{name}/report/").status_code == 200


def test_what_one_account_says_has_no_public_picture(client):
    """Neither by its address, nor on a page or in an answer, until somebody else has seen it."""
    cone = ahead(40.0)
    ann = contributor("ann")
    frames = drive(ann, minutes_ago(30), cone)
    fuse_pending()
    (hazard,) = Hazard.objects.all()
    assert not hazard.published

    def shown(who):
        return [id_ for id_ in frames if who.get(reverse("image", args=[id_])).status_code == 200]

    Frame.objects.update(stored=default_storage.save("blurred.jpg", ContentFile(b"jpeg")))
    assert shown(client) == []
    assert client.get(reverse("image-report", args=[frames[0]])).status_code == 404
    assert client.get(f"/map/hazards/{hazard.id}.json").json()["images"] == []
    page = client.get(f"/hazards/{hazard.id}/").content.decode()
    assert "/images/" not in page
    assert "once two drivers have seen it and it is likely" in page
    key = buyer()
    headers = {"Authorization": f"Bearer {key.token}"}
    detail = client.get(f"/api/v1/hazards/{hazard.id}", headers=headers).json()
    assert detail["images"] == []
    trail = client.get(f"/api/v1/hazards/{hazard.id}/evidence", headers=headers).json()["trail"]
    reports = [report for entry in trail for report in entry["reports"]]
    assert reports
    assert {report["url"] for report in reports} == {None}
    assert images_of(hazard.id, hidden=True), "moderators see them"
    owner = Client()
    owner.force_login(ann.owner)
    assert shown(owner) == frames
    drive(contributor("ben"), minutes_ago(20), cone)
    fuse_pending()
    assert Hazard.objects.get(id=hazard.id).published
    assert shown(client)
    assert client.get(f"/map/hazards/{hazard.id}.json").json()["images"]


def test_an_unknown_hazard_is_not_found(client):
    answer = client.get(f"/map/hazards/{uuid4()}.json")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("since", ["", "-1", "1.5", "x", "٣", "9" * 19, "1" * 5000])
def test_a_bad_cursor_is_a_problem_document(client, since):
    answer = client.get("/map/changes.json", {"since": since})
    assert answer.status_code == 400
    assert "cursor" in answer.json()["detail"]


def test_nobody_learns_from_the_map_when_exactly_somebody_drove_by(client):
    """One drive past four things: what needs no key has full ten minutes, and no order."""
    device = contributor("ann")
    for minutes in (43.31, 42.77, 41.93, 41.21):
        start = 24.9, 60.1 + minutes / 100
        drive(device, minutes_ago(minutes), ahead(45.0, start=start), start=start)
        fuse_pending()
    exact = {one.last_seen for one in Hazard.objects.all()}
    assert len(exact) == 4
    changes = client.get("/map/changes.json", {"since": 0}).json()["changes"]
    here = {"bbox": "24,60,25,61"}
    listed = client.get("/map/hazards.json", here).json()["hazards"]
    past = client.get("/map/history.json", here).json()["hazards"]
    facts = [*listed, *(one["hazard"] for one in changes)]
    times = [one[name] for one in facts for name in ("first_seen", "last_seen", "t", "expires_at")]
    times += [one["first_seen"] for one in past]
    times += [
        time for one in past for at, _, _, _, t, _, seen in one["states"] for time in (at, t, seen)
    ]
    assert len(facts) == 8
    assert [time for time in times if time % 600] == []
    ids = [one["hazard"]["id"] for one in changes]
    assert ids == sorted(ids)
    assert all((UUID(one).int >> 80) % 600_000 == 0 for one in ids)
    assert [one["id"] for one in listed] == [
        one["id"]
        for one in sorted(listed, key=lambda one: (one["last_seen"], one["id"]), reverse=True)
    ]
    page = client.get(f"/hazards/{ids[0]}/").content.decode()
    assert not any(
        f"{at:%H:%M:%S}" in page or f"{at:%H:%M}" in page for at in exact if at.minute % 10
    )


@pytest.mark.parametrize(("kind", "step_s"), [("cone", 600), ("worker", 600), ("deer", 60)])
def test_what_goes_soon_is_told_to_the_minute(kind, step_s):
    hazard = public(made_up(25.0, 60.0, kind, half_life_s=KINDS[kind].half_life_s))
    assert hazard.t_ref.timestamp() % step_s == 0
    exact = replace(hazard, t_ref=hazard.t_ref + timedelta(seconds=step_s - 1))
    told = public(exact)
    assert told.t_ref == hazard.t_ref
    assert public(told) == told
    fallen = probability_at(1.0, told.t_ref, told.half_life_s, exact.t_ref)
    assert fallen > 0.94
