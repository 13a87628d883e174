"""Frames of drives that cannot have been, and pictures that were sent before, are no evidence."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hazardmap.capture.models import Frame
from hazardmap.core.seeing.admission import Doubt
from hazardmap.hazards import models
from hazardmap.hazards.picture_models import PictureKey
from hazardmap.hazards.services import fuse_pending
from tests.detected import (
    FAR,
    contributor,
    drive,
    forget_map,
    fuse_in_turn,
    hazards,
    minutes_ago,
    reasons,
    show,
)
from tests.scenes import ahead

pytestmark = pytest.mark.django_db
CONE = ahead(45.0)


def test_a_copied_drive_makes_no_second_witness_and_says_so(client: Client) -> None:
    first = drive(contributor("ann"), minutes_ago(30), CONE)
    show(first)
    fuse_pending()
    thief = contributor("mal")
    copy = drive(thief, minutes_ago(20), CONE)
    show(copy, bits=2)
    fuse_pending()
    (alone,) = hazards()
    assert (alone.witnesses, alone.published) == (1, False)
    assert set(reasons(first)) == {""}
    showing = set(models.Observation.objects.values_list("view_id", flat=True))
    assert {Doubt.REPEATED_PICTURE} <= set(reasons(copy)) <= {Doubt.REPEATED_PICTURE, ""}
    assert showing.isdisjoint(copy)
    client.force_login(thief.owner)
    assert b"the same picture was sent before" in client.get("/account/").content
    honest = drive(contributor("ben"), minutes_ago(10), CONE)
    show([*first, *honest][-len(honest) :], bits=9)
    fuse_pending()
    (seconded,) = hazards()
    assert (seconded.witnesses, seconded.published) == (2, True)


def test_one_account_sends_a_drive_again_and_it_counts_once() -> None:
    device = contributor("ann")
    for minutes in (40, 20):
        show(drive(device, minutes_ago(minutes), CONE))
        fuse_pending()
    (hazard,) = hazards()
    assert hazard.passes == 1


def test_cars_on_a_plain_road_see_the_same_and_are_believed() -> None:
    for number in range(2):
        show(drive(contributor(f"car{number}"), minutes_ago(30 - 10 * number), CONE), alike=True)
        fuse_pending()
    (hazard,) = hazards()
    assert (hazard.witnesses, hazard.published) == (2, True)


def test_who_is_suddenly_elsewhere_is_not_believed_there() -> None:
    device = contributor("ann")
    here = drive(device, minutes_ago(30), CONE)
    fuse_pending()
    there = drive(device, minutes_ago(28), ahead(45.0, start=FAR), start=FAR, frames=20)
    fuse_pending()
    assert set(reasons(there)) == {Doubt.IMPOSSIBLE_SPEED}
    assert set(models.View.objects.values_list("frame_id", flat=True)) == set(here)
    back = drive(device, minutes_ago(26), CONE)
    fuse_pending()
    assert set(reasons(back)) == {""}


def test_one_bad_fix_costs_one_frame() -> None:
    frames = drive(contributor("ann"), minutes_ago(30), CONE)
    Frame.objects.filter(id=frames[4]).update(position="SRID=4326;POINT(24.99 60.17)")
    fuse_pending()
    assert [bool(reason) for reason in reasons(frames)] == [i == 4 for i in range(len(frames))]
    (hazard,) = hazards()
    assert hazard.passes == 1


def test_a_clock_that_jumps_back_within_a_drive_is_handled() -> None:
    frames = drive(contributor("ann"), minutes_ago(30), CONE)
    for frame in Frame.objects.filter(id__in=frames[6:]):
        frame.captured_at -= timedelta(seconds=4)
        frame.save()
    drive(contributor("ben"), minutes_ago(20), CONE)
    fuse_pending()
    assert set(reasons(frames)) == {""}
    (hazard,) = hazards()
    assert (hazard.witnesses, hazard.published) == (2, True)


def test_what_is_labelled_as_made_up_is_not_doubted() -> None:
    for number in range(2):
        frames = drive(contributor(f"car{number}"), minutes_ago(30 - 10 * number), CONE)
        show(frames)
        Frame.objects.filter(id__in=frames).update(provenance="rendered")
        fuse_pending()
    (hazard,) = hazards()
    assert (hazard.witnesses, hazard.simulated) == (2, True)


def test_the_map_of_the_same_frames_is_the_same_when_they_are_offered_again() -> None:
    frames = drive(contributor("ann"), minutes_ago(30), CONE)
    frames += drive(contributor("ben"), minutes_ago(20), CONE)
    show(frames)
    fuse_pending()
    before = hazards()
    fuse_in_turn([frames])
    assert hazards() == before
    forget_map()
    PictureKey.objects.all().delete()
    fuse_in_turn([frames])
    assert hazards() == before


def test_pictures_are_sought_by_their_keys_and_not_one_by_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO hazards_picturekey (frame_id, key) "
            "SELECT gen_random_uuid(), n FROM generate_series(1, 20000) AS n"
        )
        cursor.execute("ANALYZE hazards_picturekey")
    show(drive(contributor("ann"), minutes_ago(30), CONE))
    with CaptureQueriesContext(connection) as queries:
        fuse_pending()
    (sought,) = [
        q["sql"] for q in queries.captured_queries if "FROM hazards_picturekey" in q["sql"]
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sought}")
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert "picture_by_its_key" in plan
    assert "Seq Scan" not in plan
