"""Still there, or gone: what a passer-by's word does to the map, and to the page that takes it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from hazardmap.accounts.models import User
from hazardmap.core.fusion.hazard import LIVE, State
from hazardmap.hazards.heir_models import Heir
from hazardmap.hazards.models import HazardEvent
from hazardmap.hazards.selectors import hazard_get, votes_about
from hazardmap.hazards.services import VoteRefused, area_refuse, vote_give
from hazardmap.hazards.vote_models import Vote
from hazardmap.platform.ids import new_id
from tests.map_scene import put_hazard
from tests.moderation_scene import hazard_at

pytestmark = pytest.mark.django_db
HERE = (24.94, 60.17)


@pytest.fixture
def cone():
    return hazard_at("cone", HERE, timezone.now() - timedelta(minutes=5))


def person(number):
    return User.objects.create_user(f"passer-by-{number}@hazardmap.example", "a long password")


def test_words_count_in_any_order_and_can_be_taken_back(cone):
    before = hazard_get(cone)
    one, other = person(1), person(2)
    vote_give(hazard_id=cone, account_id=one.pk, stands=False)
    doubted = hazard_get(cone)
    assert 0.5 < doubted.p < before.p
    assert doubted.last_seen == before.last_seen
    assert HazardEvent.objects.filter(hazard_id=cone).order_by("-cursor")[0].change == "changed"
    vote_give(hazard_id=cone, account_id=one.pk, stands=False)
    assert hazard_get(cone) == doubted
    assert Vote.objects.count() == 1
    vote_give(hazard_id=cone, account_id=other.pk, stands=True)
    vote_give(hazard_id=cone, account_id=one.pk, stands=True)
    assert hazard_get(cone).p > doubted.p
    assert votes_about(cone, account_id=one.pk) == (2, 0, True)
    assert [vote.stands for vote in Vote.objects.filter(undone_at=None)] == [True, True]


def test_the_same_words_in_another_order_make_the_same_map(cone):
    people = [person(number) for number in range(4)]
    for voter, stands in zip(people, [True, False, False, True], strict=True):
        vote_give(hazard_id=cone, account_id=voter.pk, stands=stands)
    expected = hazard_get(cone)
    times = sorted(Vote.objects.values_list("at", flat=True))
    rows = list(Vote.objects.order_by("at", "id"))
    Vote.objects.all().delete()
    for row, at in reversed(list(zip(rows, times, strict=True))):
        row.at = at
        row.save(force_insert=True)
    list(area_refuse(area=(24.9, 60.1, 25.0, 60.2)))
    assert hazard_get(cone) == expected


def test_it_takes_many_to_clear_a_hazard_without_a_camera(cone):
    for number in range(25):
        vote_give(hazard_id=cone, account_id=person(number).pk, stands=False)
        if hazard_get(cone).state not in LIVE:
            break
    assert number > 2
    assert hazard_get(cone).state is State.CLEARED
    with pytest.raises(VoteRefused):
        vote_give(hazard_id=cone, account_id=person(99).pk, stands=True)


def test_one_word_per_person_and_hazard_is_a_rule_of_the_database(cone):
    vote_give(hazard_id=cone, account_id=person(1).pk, stands=True)
    row = Vote.objects.get()
    row.id = new_id()
    with pytest.raises(IntegrityError, match="vote_once_per_person"), transaction.atomic():
        row.save(force_insert=True)


def test_the_page_takes_the_word_of_who_is_signed_in(client, cone):
    address = f"/hazards/{cone}/vote/"
    assert client.post(address, {"vote": "gone"})["Location"].startswith("/login/")
    assert "Sign in to say" in client.get(f"/hazards/{cone}/").content.decode()
    client.force_login(person(1))
    assert client.get(address).status_code == 405
    assert client.post(address, {"vote": "perhaps"}).status_code == 400
    page = client.post(address, {"vote": "gone"}, follow=True).content.decode()
    assert "Your word counts a little" in page
    assert "still there 0, gone 1" in page
    assert 'value="gone" aria-pressed="true"' in page
    assert client.post(f"/hazards/{new_id()}/vote/", {"vote": "gone"}).status_code == 404


def test_a_word_about_one_that_was_merged_goes_to_its_heir(client, cone):
    """The page was open while both proved to be one."""
    gone = new_id()
    Heir.objects.create(gone_id=gone, heir_id=cone)
    client.force_login(person(1))
    page = client.post(f"/hazards/{gone}/vote/", {"vote": "gone"}, follow=True)
    assert page.redirect_chain[-1] == (f"/hazards/{cone}/#vote", 302)
    assert "still there 0, gone 1" in page.content.decode()
    assert Vote.objects.get().hazard_id == cone


def test_of_what_is_gone_nobody_is_asked(client):
    id_ = put_hazard(*HERE, state=State.EXPIRED)
    assert "Have you just passed by?" not in client.get(f"/hazards/{id_}/").content.decode()
    client.force_login(person(1))
    page = client.post(f"/hazards/{id_}/vote/", {"vote": "gone"}, follow=True).content.decode()
    assert "no longer on the map" in page
    assert Vote.objects.count() == 0
