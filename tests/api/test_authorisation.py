"""Who may call what: every address of the site, for everybody, against a committed table.

The addresses come from the URL configuration, so a new one fails until authorisation.toml has it.
"""

import json
import re
from datetime import timedelta
from difflib import unified_diff
from http.cookies import SimpleCookie

import pytest
from django.db import transaction
from django.utils import timezone

from hazardmap.accounts.models import ApiKey, Device, Membership
from hazardmap.billing.services import credit_note_issue, invoice_draft, invoice_finalise
from hazardmap.capture.models import Frame, Takedown
from hazardmap.platform.ids import new_id
from hazardmap.webhooks.models import Delivery, Endpoint, WatchArea
from tests.billing_scene import LAST, customer_of
from tests.capture_scene import driver
from tests.everybody_scene import ROLES, TABLE, addresses, calls, client_of, path_of
from tests.portal_scene import selling

pytestmark = pytest.mark.django_db
GROUPS = {
    "everybody": set(ROLES),
    "nobody": set(),
    "signed_in": set(ROLES) - {"anonymous"},
    "keys": {"buyer", "other"},
    "members": {"without_scope", "buyer"},
}
BODIES = {  # where a wrong one is refused before anybody looks whose thing it is
    "api/v1/webhooks/<id:endpoint_id>": {"url": "https://fleet.example/moved"},
    "api/v1/webhooks/<id:endpoint_id>/replay": {"since": timezone.now().isoformat()},
}
# What belongs to somebody, and what names none of it.
DRIVEN = {"frame_id": new_id(), "device_id": new_id(), "line_id": new_id()}
BOUGHT = {"organisation_id": new_id(), "watch_id": new_id(), "endpoint_id": new_id()} | {
    "delivery_id": new_id(),
    "user_id": new_id(),
    "kid": "a" * 16,
    "invoice_id": new_id(),
    "note_id": new_id(),
}
KEPT = (Device, Frame, Membership, Endpoint, WatchArea, Delivery, Takedown)
FORM = {"name": "key", "role": "reader", "host": "fleet.example", "overlap": "now"} | {
    "begin": (timezone.now() - timedelta(hours=1)).isoformat(),
    "end": timezone.now().isoformat(),
}


def lets_in(who, method: str, route: str, things) -> bool:
    """Whether somebody gets further than the question who he is. Nothing stays changed."""
    client, cookies = who
    path = path_of(route, things)
    client.cookies = SimpleCookie(cookies.output(header="", sep=";"))
    with transaction.atomic():
        body = json.dumps(BODIES.get(route, {}))
        api = {"data": body, "content_type": "application/json"} if route.startswith("api") else {}
        verb = "get" if method == "ANY" else method.lower()
        answer = getattr(client, verb)(path, **(api if verb in {"post", "patch"} else {}))
        if method == "ANY" and answer.status_code == 405:
            answer = client.post(path)
        if answer.streaming:
            answer.getvalue()
        transaction.set_rollback(True)
    assert answer.status_code < 500, (path, answer.content)
    if "<" in route and answer.status_code == 404:  # as if there were none
        return False
    to_login = answer.status_code == 302 and "/login/" in answer["Location"]
    return answer.status_code not in {401, 403} and not to_login


def test_the_table_has_every_address_and_no_other():
    listed = set(calls())
    assert not listed - set(TABLE), "new addresses: say in authorisation.toml who may call them"
    assert not set(TABLE) - listed, "these addresses are gone"


def test_everybody_gets_in_where_the_table_says_and_nowhere_else(people, things):
    wrong = []
    for call in calls():
        method, route = call.split(" ", 1)
        said = TABLE[call]
        expected = set().union(*(GROUPS.get(word, {word}) for word in said.split()))
        found = {role for role, who in people.items() if lets_in(who, method, route, things)}
        if found != expected:
            wrong.append(f"{call}: {' '.join(sorted(found))} and not {said}")
    assert not wrong, "\n".join(wrong)


def told(client, method: str, route: str, things) -> str:
    """All that somebody learns, without what he has said himself. Nothing stays changed."""
    path, verb = path_of(route, things), "get" if method == "ANY" else method.lower()
    sent = {"follow": True}
    if route.startswith("api"):
        body = json.dumps(BODIES.get(route, {}))
        sent |= {} if verb == "get" else {"data": body, "content_type": "application/json"}
    before = kept()
    with transaction.atomic():
        answer = getattr(client, verb)(path, **sent)
        if method == "ANY" and answer.status_code == 405:
            answer = client.post(path, FORM, follow=True)
        text = f"{answer.status_code} {answer.content.decode()}"
        assert kept() == before, (path, "something of somebody else's has changed")
        transaction.set_rollback(True)
    for name in DRIVEN.keys() | BOUGHT.keys():
        text = text.replace(str(things[name]), name)
    return re.sub(r'csrfmiddlewaretoken" value="\w+"|"urn:uuid:[^"]+"', "", text)


def kept() -> list[list[dict]]:
    """All but when keys were used."""
    rows = [list(model.objects.order_by("pk").values()) for model in KEPT]
    keys = ApiKey.objects.order_by("pk").values("kid", "name", "expires_at", "revoked_at")
    return [*rows, list(keys)]


def test_what_is_somebody_elses_looks_like_what_is_not_there_and_stays_as_it_is(people, things):
    """Asked by others of the same role; what belongs to a portal, through their own one."""
    benno = Device.objects.get(owner__email__startswith="benno")
    driving, buying = client_of(benno.owner, driver("carla")[1].token)[0], people["other"][0]
    rival = Membership.objects.get(user__email__startswith="member3")
    draft = invoice_draft(customer_id=customer_of(selling()[2].pk).pk, month=LAST)
    invoice = invoice_finalise(invoice_id=draft.pk)
    credit_note_issue(invoice_id=invoice.pk, total_micro=1_000_000, reason="x")
    theirs = things | {"invoice_id": invoice.pk, "note_id": invoice.credit_notes.get().pk}
    wrong, asked = [], 0
    for call in calls():
        method, route = call.split(" ", 1)
        names = set(re.findall(r"<\w+:(\w+)>", route)) & (DRIVEN.keys() | BOUGHT.keys())
        if not names or TABLE[call] == "everybody":
            continue
        inside = names - {"organisation_id"}
        own = theirs | ({"organisation_id": rival.organisation_id} if inside else {})
        nothing = own | {name: (DRIVEN | BOUGHT)[name] for name in inside or names}
        who, asked = driving if names & DRIVEN.keys() else buying, asked + 1
        answers = [told(who, method, route, one) for one in (own, nothing)]
        if answers[0] != answers[1]:
            wrong.append(
                "\n".join([call, *unified_diff(*(one.split("\n") for one in answers), n=0)])
            )
    assert not wrong, "\n".join(wrong)
    assert asked > 50


def test_only_staff_gets_into_the_admin_site(people):
    """All of it, whatever it has; Django's own answers to people who are outside redirect."""
    outside = {role: people[role] for role in ("anonymous", "contributor", "buyer")}
    routes = [route for route, _ in addresses() if route.startswith("admin/")]
    assert len(routes) > 100
    for route in routes:
        if route in {"admin/login/", "admin/logout/"}:
            continue
        parts = ("7" if "<" in part else part for part in route.split("/"))
        path = "/" + "/".join(parts)
        for role, (client, _) in outside.items():
            assert client.get(path).status_code in {302, 401, 403, 404}, (role, path)
