"""Who may call what: every address of the site, for everybody, against a committed table.

The addresses come from the URL configuration, so a new one fails until authorisation.toml has it.
"""

import json
import re
import tomllib
from datetime import timedelta
from difflib import unified_diff
from http.cookies import SimpleCookie
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from hazardmap.accounts.models import ApiKey, Device, Membership, Organisation, User
from hazardmap.accounts.services import key_create, organisation_create
from hazardmap.billing.services import credit_note_issue, invoice_draft, invoice_finalise
from hazardmap.capture.models import Frame, Takedown
from hazardmap.core.access.roles import Role
from hazardmap.core.access.scopes import Scope
from hazardmap.core.geometry.coverings import looked_cell
from hazardmap.core.geometry.grid import cell_text
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.hazards.models import Hazard
from hazardmap.hazards.services import fuse_pending
from hazardmap.moderation.services import report_file
from hazardmap.platform.ids import new_id
from hazardmap.rewards.services import share_set_aside, share_split
from hazardmap.web.picture_address import PictureConverter
from hazardmap.webhooks.models import Delivery, Endpoint, WatchArea
from hazardmap.webhooks.services import deliveries_make
from tests.billing_scene import LAST, customer_of
from tests.capture_scene import driver
from tests.map_scene import put_zone
from tests.moderation_scene import drive_by
from tests.portal_scene import selling
from tests.webhook_scene import HELSINKI, square

pytestmark = pytest.mark.django_db
TABLE = tomllib.loads(Path(__file__).with_name("authorisation.toml").read_text())
ROLES = ("anonymous", "contributor", "without_scope", "buyer", "other", "moderator", "admin")
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
METHODS = ("get", "post", "put", "patch", "delete")
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


def addresses(patterns=None, before=""):
    """Every route, and the class or function behind it."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, route)
        else:
            assert isinstance(one, URLPattern)
            view = getattr(one.callback, "view_class", None) or getattr(one.callback, "cls", None)
            yield route, view


def calls():
    """Every route outside the admin site with each of its methods; ANY where nobody can tell."""
    for route, view in addresses():
        if not route.startswith("admin/"):
            known = [method for method in METHODS if view is not None and hasattr(view, method)]
            for method in known or ["any"]:
                yield f"{method.upper()} {route}"


@pytest.fixture
def people(no_limits):
    """Headers of each role, and a client that is signed in as it."""
    aino, device = driver()
    fleet, rival = organisation_create(name="Fleet"), organisation_create(name="Rival")
    moderator = User.objects.create_user("moderator@hazardmap.example", is_staff=True)
    moderator.user_permissions.add(Permission.objects.get(codename="add_decision"))
    admin = User.objects.create_superuser("admin@hazardmap.example", None)
    tiles_only = [Scope.TILES]
    known = {
        "anonymous": (None, None),
        "contributor": (aino, device.token),
        "without_scope": (_member(fleet, 1), _token(fleet, scopes=tiles_only)),
        "buyer": (_member(fleet, 2), _token(fleet)),
        "other": (_member(rival, 3), _token(rival)),
        "moderator": (moderator, None),
        "admin": (admin, None),
    }
    assert tuple(known) == ROLES
    return {role: _client(*who) for role, who in known.items()}


def _member(organisation: Organisation, number: int) -> User:
    user = User.objects.create_user(f"member{number}@fleets.example")
    Membership.objects.create(organisation=organisation, user=user, role=Role.OWNER)
    return user


def _token(organisation: Organisation, **more) -> str:
    return key_create(organisation=organisation, name="key", **more).token


def _client(user: User | None, token: str | None) -> tuple[Client, SimpleCookie]:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    if token is not None:
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client, SimpleCookie(client.cookies.output(header="", sep=";"))


@pytest.fixture
def things(people):
    """What addresses name: the contributor's frame and device, the buyer's webhooks."""
    aino = Device.objects.get(owner__email__startswith="aino")
    benno = Device.objects.get(id=driver("benno")[1].device_id)
    for number, device in enumerate((aino, benno)):
        at = timezone.now() - timedelta(minutes=9 - number)
        drive_by(device, "cow", HELSINKI, at)
    fuse_pending()
    buyer = people["buyer"][0]

    def made(path, **body):
        answer = buyer.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")
        assert answer.status_code in {200, 201, 202}, answer.content
        return answer.json()

    endpoint = made("webhooks", url="https://fleet.example/hook")["id"]
    watch = made("watch-areas", endpoint_id=endpoint, name="home", area=square(*HELSINKI))["id"]
    made(f"webhooks/{endpoint}/test")
    deliveries_make()
    hazard = Hazard.objects.get().id
    frame = Frame.objects.filter(device=aino).earliest("captured_at").id
    return {
        "hazard_id": hazard,
        "zone_id": put_zone(HELSINKI, (24.95, 60.18)),
        "frame_id": frame,
        "device_id": aino.id,
        "line_id": _earned(aino.owner),
        "watch_id": watch,
        "endpoint_id": endpoint,
        "delivery_id": Delivery.objects.latest("id").id,
        "collection_id": "hazards",
        "feature_id": hazard,
        "layer": "hazards",
        "token": "none",
        "receipt": report_file(frame_id=frame, reason="wrong_place"),
        "area": cell_text(looked_cell(*HELSINKI)),
        **_of_the_portal(),
        "column": 1,
        "row": 1,
    }


def _earned(owner: User) -> UUID:
    """The line of an invoice of which a contributor has a share."""
    line_id = new_id()
    share_set_aside(line_id=line_id, amount_micro=9_000_000, currency=Currency.EUR)
    share_split(line_id=line_id, weights={owner.witness: 1})
    return line_id


def _of_the_portal():
    """The buyer's organisation; its invoices have a table of their own (test_portal.py)."""
    member = Membership.objects.get(user__email__startswith="member2")
    return {
        "organisation_id": member.organisation_id,
        "user_id": member.user_id,
        "kid": member.organisation.keys.latest("created_at").kid,
        "invoice_id": member.organisation_id,
        "note_id": member.organisation_id,
        "kind": "pdf",
        "position": 1,
    }


def path_of(route: str, things) -> str:
    path = "/" + route
    for name, value in things.items():
        for kind in ("uuid", "id", "str", "slug", "whole", "int"):
            path = path.replace(f"<{kind}:{name}>", str(value))
    path = path.replace("<picture:frame_id>", PictureConverter().to_url(things["frame_id"]))
    assert "<" not in path, f"the test has nothing for {route}: put it into `things`"
    return path


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
    driving, buying = _client(benno.owner, driver("carla")[1].token)[0], people["other"][0]
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
