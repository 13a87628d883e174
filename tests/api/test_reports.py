"""Reporting a picture without an account: what is hidden and decided, what the receipt says."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hazardmap.accounts.models import User
from hazardmap.capture.models import Frame, Takedown
from hazardmap.capture.services import frames_forget, pictures_erase
from hazardmap.hazards.image_selectors import images_of
from hazardmap.hazards.services.hazards_write import hazards_write
from hazardmap.moderation.models import AuditEntry
from hazardmap.moderation.report_models import ImageReport
from hazardmap.moderation.services import decide, report_decide
from hazardmap.platform.ids import new_id
from tests.moderation_scene import hazard_at

pytestmark = pytest.mark.django_db
HERE = (24.94, 60.17)


@pytest.fixture
def cow():
    return hazard_at("cow", HERE, timezone.now() - timedelta(minutes=5))


@pytest.fixture
def frame(cow):
    return images_of(cow)[0].frame_id


@pytest.fixture
def queue(moderator):
    client = Client()
    client.force_login(moderator)
    return client


def reported(client, frame, reason, **more):
    """The address of the receipt."""
    answer = client.post(reverse("image-report", args=[frame]), {"reason": reason, **more})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def says(client, receipt):
    page = client.get(receipt).content.decode()
    return re.search(r'<p class="notice" role="status">(.*?)</p>', page)[1]


def seen(client, frame):
    return client.get(reverse("image", args=[frame])).status_code == 200


def decided(queue, frame, decision):
    page = queue.post(f"/admin/reports/{frame}/decide/", {"decision": decision}, follow=True)
    return page.content.decode()


@pytest.mark.parametrize("reason", ["privacy", "offensive"])
def test_a_report_for_privacy_or_offence_hides_at_once(client, cow, frame, queue, reason):
    address = reverse("image-report", args=[frame])
    assert address in client.get(f"/hazards/{cow}/").content.decode()
    assert reverse("image", args=[frame]) in client.get(address).content.decode()
    receipt = reported(client, frame, reason, words="my <b>face</b>", hazard=cow)
    assert says(client, receipt) == "The picture is hidden. A moderator will look at it."
    assert not seen(client, frame)
    assert not seen(queue, frame)
    assert reverse("image", args=[frame]) not in client.get(f"/hazards/{cow}/").content.decode()
    assert "hidden already" in client.get(address).content.decode()
    assert frame not in [image.frame_id for image in images_of(cow)]
    assert queue.get("/admin/reports/")["Location"] == f"/admin/reports/{frame}/"
    page = queue.get(f"/admin/reports/{frame}/").content.decode()
    assert "my &lt;b&gt;face&lt;/b&gt;" in page
    assert f"/admin/queue/{cow}/" in page
    assert queue.get(f"/admin/images/{frame}.jpg").status_code == 200


def test_removing_hides_erases_after_a_week_and_can_be_undone_until_then(client, frame, queue):
    receipt = reported(client, frame, "wrong_place")
    assert seen(client, frame)
    assert says(client, receipt) == "The report waits for a moderator."
    assert "taken off the site" in decided(queue, frame, "removed")
    assert not seen(client, frame)
    assert (
        says(client, receipt) == "The picture has been removed. Its file is erased within a week."
    )
    assert pictures_erase() == 0
    queue.post(f"/admin/reports/{frame}/undo/")
    assert says(client, receipt) == "The picture is hidden. A moderator will look at it."
    decided(queue, frame, "removed")
    Takedown.objects.update(erase_at=timezone.now())
    path = Frame.objects.get(id=frame).stored
    assert default_storage.exists(path)
    assert (pictures_erase(), pictures_erase()) == (1, 0)
    assert not default_storage.exists(path)
    assert "its file has been erased" in says(client, receipt)
    assert (
        "cannot come back"
        in queue.post(f"/admin/reports/{frame}/undo/", follow=True).content.decode()
    )
    entries = AuditEntry.objects.filter(subject=f"frame {frame}").order_by("id")
    told = [(entry.action, entry.before["removed"], entry.after["removed"]) for entry in entries]
    assert told == [
        ("report: removed", False, True),
        ("undo report: removed", True, False),
        ("report: removed", False, True),
    ]


def test_what_a_moderator_has_kept_is_not_hidden_by_the_next_report(client, frame, queue):
    first = reported(client, frame, "privacy")
    decided(queue, frame, "kept")
    assert seen(client, frame)
    assert says(client, first) == "A moderator has looked and found nothing wrong."
    second = reported(client, frame, "privacy")
    assert seen(client, frame)
    assert says(client, second) == "The report waits for a moderator."
    queue.post(f"/admin/reports/{frame}/undo/")
    assert not seen(client, frame)


def test_corrected_is_said_only_while_the_correction_stands(client, cow, frame, queue, moderator):
    receipt = reported(client, frame, "wrong_kind", hazard=cow)
    assert "First reject or relabel" in decided(queue, frame, "corrected")
    assert says(client, receipt) == "The report waits for a moderator."
    decision = decide(moderator=moderator, hazard_id=cow, action="relabel", new_kind="moose")
    decided(queue, frame, "corrected")
    assert says(client, receipt) == "The map has been corrected."
    queue.post(f"/admin/queue/undo/{decision.id}/")
    assert "taken back" in says(client, receipt)


def test_corrected_can_be_chosen_only_after_the_hazard_is_decided(
    client, cow, frame, queue, moderator
):
    reported(client, frame, "wrong_kind", hazard=cow)
    choice = re.compile(r"<button[^>]* disabled[^>]*><kbd>2</kbd> The map has been corrected")
    page = queue.get(f"/admin/reports/{frame}/").content.decode()
    assert choice.search(page)
    assert 'id="not-corrected"' in page
    decide(moderator=moderator, hazard_id=cow, action="relabel", new_kind="moose")
    page = queue.get(f"/admin/reports/{frame}/").content.decode()
    assert not choice.search(page)
    assert 'id="not-corrected"' not in page


def test_a_decision_is_given_once(client, frame, moderator):
    reported(client, frame, "offensive")
    reported(client, frame, "privacy")
    assert report_decide(moderator=moderator, frame_id=frame, decision="kept") == 2
    assert report_decide(moderator=moderator, frame_id=frame, decision="removed") == 0
    assert seen(client, frame)


def test_only_moderators_decide(client, frame):
    reported(client, frame, "privacy")
    for path in ["", f"{frame}/", f"{frame}/decide/", f"{frame}/undo/"]:
        assert client.get(f"/admin/reports/{path}").status_code in {302, 405}
    staff = User.objects.create_user("staff@hazardmap.example", is_staff=True)
    client.force_login(staff)
    assert client.get(f"/admin/reports/{frame}/").status_code == 403
    assert client.post(f"/admin/reports/{frame}/decide/", {"decision": "kept"}).status_code == 403


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"reason": "dull"},
        {"reason": "privacy", "words": "x" * 1001},
        {"reason": "privacy", "hazard": "none"},
    ],
)
def test_a_report_that_makes_no_sense_is_not_filed(client, frame, fields):
    answer = client.post(reverse("image-report", args=[frame]), fields)
    assert answer.status_code == 400
    assert ImageReport.objects.count() == 0
    assert seen(client, frame)


def test_what_is_no_public_picture_cannot_be_reported(client, frame):
    for address in [f"/images/{new_id()}/report/", "/reports/nothing/"]:
        assert client.get(address).status_code == 404


@pytest.mark.django_db(transaction=True)  # whether a frame is there is asked at commit
def test_what_was_deleted_cannot_be_reported(client, frame):
    frames_forget(frame_ids=[frame])
    answer = client.post(reverse("image-report", args=[frame]), {"reason": "privacy"})
    assert answer.status_code == 404
    assert ImageReport.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("reason", ["privacy", "offensive"])
def test_a_report_can_be_decided_after_its_picture_was_deleted(client, frame, queue, reason):
    receipt = reported(client, frame, reason)
    frames_forget(frame_ids=[frame])
    deleted = "The picture has been deleted."
    assert says(client, receipt) == f"{deleted} The report waits for a moderator."
    assert deleted.strip(".") in queue.get(f"/admin/reports/{frame}/").content.decode()
    assert "taken off the site" in decided(queue, frame, "removed")
    assert says(client, receipt) == deleted
    queue.post(f"/admin/reports/{frame}/undo/")
    decided(queue, frame, "kept")
    queue.post(f"/admin/reports/{frame}/undo/")
    assert says(client, receipt) == f"{deleted} The report waits for a moderator."


def test_an_address_may_not_report_without_end(client, frame, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_800_000_000.0)
    for _ in range(20):
        reported(client, frame, "offensive")
    answer = client.post(reverse("image-report", args=[frame]), {"reason": "offensive"})
    assert answer.status_code == 429
    assert "Try again in an hour" in answer.content.decode()
    assert ImageReport.objects.count() == 20


def test_a_decision_has_a_time_by_rule_of_the_database(client, frame):
    reported(client, frame, "offensive")
    with pytest.raises(IntegrityError, match="report_decided_at_a_time"), transaction.atomic():
        ImageReport.objects.update(decision="kept")


def test_a_report_says_what_was_found_in_the_picture_and_leads_to_the_next(client, frame, queue):
    other = images_of(hazard_at("dog", (24.96, 60.17), timezone.now()))[0].frame_id
    reported(client, frame, "wrong_kind")
    reported(client, other, "wrong_kind")
    html = queue.get(f"/admin/reports/{frame}/").content.decode()
    assert 'alt="The reported picture; cattle 80%"' in html
    assert 'class="box strong"' in html
    assert "1 of 2 waiting" in html
    assert f'data-key="j" href="/admin/reports/{other}/"' in html
    assert f'data-key="k" href="/admin/reports/{frame}/"' in (
        queue.get(f"/admin/reports/{other}/").content.decode()
    )
    assert "2 reported pictures wait" in queue.get("/admin/queue/", follow=True).content.decode()
    decided(queue, other, "kept")
    assert "1 reported picture waits" in queue.get("/admin/queue/", follow=True).content.decode()


def test_who_decides_after_a_colleague_is_told(client, frame, queue, moderator):
    reported(client, frame, "privacy")
    report_decide(moderator=moderator, frame_id=frame, decision="kept")
    assert "this had been decided before" in decided(queue, frame, "removed")
    assert seen(client, frame)


def test_a_report_is_corrected_by_a_decision_about_what_its_hazard_is_part_of_now(
    client, cow, frame, queue, moderator
):
    receipt = reported(client, frame, "wrong_kind", hazard=cow)
    heir = hazard_at("deer", (24.96, 60.17), timezone.now())
    with transaction.atomic():
        hazards_write(present=[], gone={cow: heir}, trails={})
    page = queue.get(f"/admin/queue/{cow}/", follow=True)
    assert page.redirect_chain == [(f"/admin/queue/{heir}/", 302)]
    assert "That hazard has become part of this one." in page.content.decode()
    assert "First reject or relabel" in decided(queue, frame, "corrected")
    decide(moderator=moderator, hazard_id=heir, action="relabel", new_kind="moose")
    decided(queue, frame, "corrected")
    assert says(client, receipt) == "The map has been corrected."


def test_staff_who_do_not_moderate_see_no_picture_that_is_hidden(client, frame):
    clerk = User.objects.create_user("clerk@hazardmap.example", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_frame"))
    staff = Client()
    staff.force_login(clerk)
    assert staff.get(f"/admin/images/{frame}.jpg").status_code == 200
    reported(client, frame, "privacy")
    assert staff.get(f"/admin/images/{frame}.jpg").status_code == 403
