"""What a session opens: no other site sends its forms, and no cache keeps its pages."""

import pytest
from django.test import Client

from tests.everybody_scene import TABLE, calls, path_of

pytestmark = pytest.mark.django_db
WITHOUT_COOKIES = ("api/v1/", "feeds/", "ogc/", "tiles/", "healthz", "payments/stripe/")


def pages():
    """Routes that a session may open, once each."""
    routes = dict.fromkeys(call.split(" ", 1)[1] for call in calls())
    return [route for route in routes if not route.startswith(WITHOUT_COOKIES)]


def test_no_form_of_another_site_is_taken(people, things):
    """Whatever the address: the question is asked before the view."""
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.cookies = people["buyer"][1]
    for route in pages():
        assert strict.post(path_of(route, things)).status_code == 403, route


def test_no_cache_keeps_what_only_somebody_signed_in_sees(people, things):
    looked = 0
    for route in pages():
        said = {TABLE[call] for call in TABLE if call.split(" ", 1)[1] == route}
        path = path_of(route, things)
        for role in ("buyer", "contributor"):
            answer = people[role][0].get(path)
            if said & {"signed_in", "members"} and answer.status_code == 200:
                assert "no-store" in answer.headers["Cache-Control"], (role, route)
                looked += 1
    assert looked > 20
