"""What a driving phone fetches: whole squares, the same for everybody."""

import pytest

from tests.map_scene import put_hazard

pytestmark = pytest.mark.django_db


def ids(client, column, row):
    answer = client.get(f"/drive/hazards/{column}/{row}.json")
    assert answer.status_code == 200
    return {hazard["id"] for hazard in answer.json()["hazards"]}


def test_a_square_holds_what_is_in_it(client):
    here, beside, unlikely, doubtful = (
        str(put_hazard(*place, **over))
        for place, over in [
            ((24.94, 60.17), {}),
            ((25.01, 60.17), {}),
            ((24.95, 60.17), {"p": 0.1}),
            ((24.96, 60.17), {"published": False, "witnesses": 1}),
        ]
    )
    assert ids(client, 124, 300) == {here, doubtful}
    assert ids(client, 125, 300) == {beside}
    assert unlikely not in ids(client, 124, 300)
    west = str(put_hazard(-0.1, -0.1))
    assert ids(client, -1, -1) == {west}


def test_it_is_the_same_for_everybody_and_kept_for_a_while(client):
    answer = client.get("/drive/hazards/124/300.json")
    assert answer["Cache-Control"] == "public, max-age=20"
    assert "Cookie" not in answer.get("Vary", "")
    assert not answer.cookies


@pytest.mark.parametrize("place", ["900/0", "-901/0", "0/450", "0/-451", "x/0", "1.5/0", "12345/0"])
def test_there_are_no_other_squares(client, place):
    assert client.get(f"/drive/hazards/{place}.json").status_code == 404


def test_the_worker_is_served_where_it_may_look_after_the_page(client):
    answer = client.get("/drive/worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert b"addEventListener('fetch'" in answer.content
