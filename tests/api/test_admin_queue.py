"""The review queue as a moderator uses it: plain pages and forms, no script needed."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from hazardmap.accounts.models import User
from hazardmap.core.fusion.hazard import LIVE
from hazardmap.hazards.heir_models import Heir
from hazardmap.hazards.models import Hazard
from hazardmap.hazards.selectors import hazard_get
from hazardmap.moderation.models import Decision
from hazardmap.moderation.services import decide
from tests.moderation_scene import three_hazards

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, moderator):
    client.force_login(moderator)
    return client


@pytest.fixture
def three():
    return three_hazards()


def page(client, hazard_id):
    response = client.get(f"/admin/queue/{hazard_id}/")
    assert response.status_code == 200
    return response.content.decode()


def decided(client, hazard_id, **words):
    return client.post(f"/admin/queue/{hazard_id}/decide/", words)


def test_the_queue_starts_with_the_most_urgent_hazard(signed_in, three):
    assert signed_in.get("/admin/queue/").url == f"/admin/queue/{three[0]}/"
    html = page(signed_in, three[0])
    assert "1 of 3" in html
    assert f'data-key="j" href="/admin/queue/{three[1]}/"' in html
    assert f'data-key="k" href="/admin/queue/{three[0]}/"' in page(signed_in, three[1])


def test_a_screen_shows_pictures_boxes_and_facts_but_no_names(signed_in, three):
    html = page(signed_in, three[1])
    witnesses = User.objects.filter(email__startswith="dog").values_list("witness", flat=True)
    assert len(witnesses) == 2
    for words in ["dog 80%", "score 0.80", "in 2 passes by 2 witnesses", "slow down", "simulated"]:
        assert words in html
    assert all(f">…{str(witness)[-5:]}</th>" in html for witness in witnesses)
    assert "drivers.example" not in html
    assert html.count('<li><a href="?picture=') == 6
    assert 'class="box strong"' in html


def test_what_was_decided_about_what_became_part_of_a_hazard_is_shown_with_it(
    signed_in, three, moderator
):
    """Also over a step between; not what has another heir by now. It stands for itself alone."""
    heir, part, other = three
    between = uuid4()
    first = decide(moderator=moderator, hazard_id=part, action="relabel", new_kind="moose")
    decide(moderator=moderator, hazard_id=other, action="confirm")
    Hazard.objects.filter(id__in=[part, other]).delete()
    steps = [(part, between), (between, heir), (other, heir), (other, uuid4())]
    Heir.objects.bulk_create(Heir(gone_id=gone, heir_id=into) for gone, into in steps)
    html = page(signed_in, heir)
    assert html.count("about a hazard that became part of this one") == 1
    assert first.summary.capitalize() in html
    assert 'name="shown_decision" value=""' in html
    decided(signed_in, heir, action="confirm")
    assert Decision.objects.filter(hazard_id=heir).exists()


def test_the_pictures_are_served_to_moderators_only(signed_in, client, three):
    address = re.search(r'src="(/admin/images/[^"]+)"', page(signed_in, three[0]))
    assert address is not None
    picture = signed_in.get(address[1])
    assert picture.status_code == 200
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert "no-store" in picture.headers["Cache-Control"]
    assert picture.content.startswith(b"\xff\xd8")
    assert signed_in.get(f"/admin/images/{uuid4()}.jpg").status_code == 404
    client.logout()
    assert client.get(address[1]).status_code == 302


def test_another_picture_is_chosen_by_its_number(signed_in, three):
    response = signed_in.get(f"/admin/queue/{three[1]}/?picture=4")
    assert "Picture 4 of 6" in response.content.decode()
    assert "Picture 1 of 6" in signed_in.get(f"/admin/queue/{three[1]}/?picture=x").content.decode()


def test_confirming_shows_the_next_hazard_and_offers_undo(signed_in, three):
    response = decided(signed_in, three[0], action="confirm")
    assert response.url == f"/admin/queue/{three[1]}/"
    confirmed = hazard_get(three[0])
    assert confirmed is not None
    assert confirmed.published
    html = page(signed_in, three[1])
    assert "Confirmed cattle" in html
    assert "1 of 2" in html
    undo = re.search(r'action="(/admin/queue/undo/[^"]+)"', html)
    assert undo is not None
    assert signed_in.post(undo[1]).url == f"/admin/queue/{three[0]}/"
    taken_back = hazard_get(three[0])
    assert taken_back is not None
    assert not taken_back.confirmed
    html = page(signed_in, three[0])
    assert "Taken back: confirmed cattle" in html
    assert "(taken back)" in html


def test_rejecting_with_a_reason_and_relabelling(signed_in, three, moderator):
    assert (
        decided(signed_in, three[0], action="reject", reason="nothing is there").status_code == 302
    )
    assert decided(signed_in, three[1], action="relabel", new_kind="cat").status_code == 302
    rejected, relabelled = hazard_get(three[0]), hazard_get(three[1])
    assert rejected is not None
    assert relabelled is not None
    assert rejected.state not in LIVE
    assert relabelled.kind == "cat"
    assert "Rejected cattle: nothing is there" in page(signed_in, three[0])
    assert "there is nothing to decide" in page(signed_in, three[0])
    assert set(Decision.objects.values_list("moderator", flat=True)) == {moderator.pk}


def test_a_refused_decision_stays_on_the_hazard_and_says_why(signed_in, three):
    response = signed_in.post(f"/admin/queue/{three[0]}/decide/", {"action": "reject"}, follow=True)
    assert response.redirect_chain == [(f"/admin/queue/{three[0]}/", 302)]
    assert "Say why the hazard is rejected." in response.content.decode()
    assert not Decision.objects.exists()


def test_skipping_puts_a_hazard_last(signed_in, three):
    assert signed_in.post(f"/admin/queue/{three[0]}/skip/").url == f"/admin/queue/{three[1]}/"
    assert signed_in.get("/admin/queue/").url == f"/admin/queue/{three[1]}/"
    assert "3 of 3" in page(signed_in, three[0])


def test_after_the_last_decision_nothing_waits(signed_in, three):
    for hazard_id in three:
        response = decided(signed_in, hazard_id, action="confirm")
    assert response.url == "/admin/queue/"
    html = signed_in.get("/admin/queue/").content.decode()
    assert "Nothing waits for review" in html
    assert "Confirmed traffic cone" in html


def test_a_hazard_that_is_gone_leads_back_to_the_queue(signed_in):
    response = signed_in.get(f"/admin/queue/{uuid4()}/", follow=True)
    assert "no longer on the map" in response.content.decode()
    assert signed_in.post(f"/admin/queue/undo/{uuid4()}/").status_code == 404


@pytest.mark.parametrize("rights", ["nobody", "driver", "staff without the right"])
def test_nobody_else_sees_or_decides_anything(client, three, moderator, rights):
    decision = decide(moderator=moderator, hazard_id=three[2], action="confirm")
    if rights != "nobody":
        user = User.objects.create_user("other@x.example", is_staff=rights.startswith("staff"))
        client.force_login(user)
    expected = 403 if rights.startswith("staff") else 302
    for address in ["/admin/queue/", f"/admin/queue/{three[0]}/"]:
        response = client.get(address)
        assert response.status_code == expected
        assert expected == 403 or response.url.startswith("/admin/login/")
    for address in [f"{three[0]}/decide/", f"{three[0]}/skip/", f"undo/{decision.id}/"]:
        response = client.post(f"/admin/queue/{address}", {"action": "confirm"})
        assert response.status_code == expected
    assert Decision.objects.get().undone_at is None


def test_looking_at_a_page_never_decides(signed_in, three):
    for address in [f"{three[0]}/decide/?action=confirm", f"{three[0]}/skip/", f"undo/{uuid4()}/"]:
        assert signed_in.get(f"/admin/queue/{address}").status_code == 405


def test_a_decision_needs_the_token_of_the_form(moderator, three):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(moderator)
    assert decided(strict, three[0], action="confirm").status_code == 403
    assert not Decision.objects.exists()


def fields_of(html):
    """What the form to confirm sends."""
    form = html[: html.index('data-key="a"')].rpartition("<form")[2]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


@pytest.fixture
def colleague():
    return User.objects.create_superuser("colleague@x.example", "a long enough password")


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ({"action": "confirm"}, "confirmed dog"),
        ({"action": "reject", "reason": "a bag"}, "rejected dog: a bag"),
        ({"action": "relabel", "new_kind": "cat"}, "relabelled dog as cat"),
    ],
)
def test_what_a_colleague_has_decided_meanwhile_stands_until_one_has_looked_again(
    signed_in, three, colleague, theirs, said
):
    sent = fields_of(page(signed_in, three[1]))
    decide(moderator=colleague, hazard_id=three[1], **theirs)
    mine = sent | {"action": "reject", "reason": "nothing is there"}
    for form in (sent, mine):
        answer = signed_in.post(f"/admin/queue/{three[1]}/decide/", form, follow=True)
        assert answer.redirect_chain == [(f"/admin/queue/{three[1]}/", 302)]
        assert (
            f"Meanwhile colleague@x.example has decided: {said}. Look again."
            in answer.content.decode()
        )
    assert Decision.objects.count() == 1
    if theirs["action"] == "reject":
        return
    again = fields_of(page(signed_in, three[1]))
    assert decided(signed_in, three[1], **again).url != f"/admin/queue/{three[1]}/"
    assert Decision.objects.count() == 2


def test_who_goes_back_to_an_old_page_may_change_his_mind_but_confirms_only_what_it_shows(
    signed_in, three
):
    sent = fields_of(page(signed_in, three[1]))
    decided(signed_in, three[1], **sent)
    decided(signed_in, three[1], **(sent | {"action": "relabel", "new_kind": "cat"}))
    assert [d.action for d in Decision.objects.order_by("at")] == ["confirm", "relabel"]
    answer = signed_in.post(f"/admin/queue/{three[1]}/decide/", sent, follow=True)
    assert "This is cat now. Look again." in answer.content.decode()
    assert Decision.objects.count() == 2
