"""Who may call what: every address of the site, for everybody, against a committed table.

The addresses come from the URL configuration, so a new one fails until authorisation.toml has it.
"""

import json
import tomllib
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from hazardmap.accounts.models import Device, Membership, Organisation, User
from hazardmap.accounts.services import key_create, organisation_create
from hazardmap.capture.models import Frame
from hazardmap.core.access.roles import Role
from hazardmap.core.access.scopes import Scope
from hazardmap.core.geometry.coverings import looked_cell
from hazardmap.core.geometry.grid import cell_text
from hazardmap.hazards.models import Hazard
from hazardmap.hazards.services import fuse_pending
from hazardmap.moderation.services import report_file
from hazardmap.web.picture_address import PictureConverter
from hazardmap.webhooks.models import Delivery
from hazardmap.webhooks.services import deliveries_make
from tests.capture_scene import driver
from tests.map_scene import put_zone
from tests.moderation_scene import drive_by
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


def lets_in(who, method: str, route: str, things) -> bool:
    """Whether somebody gets further than the question who he is. Nothing stays changed."""
    client, cookies = who
    path = "/" + route
    for name, value in things.items():
        for kind in ("uuid", "id", "str", "slug", "whole", "int"):
            path = path.replace(f"<{kind}:{name}>", str(value))
    path = path.replace("<picture:frame_id>", PictureConverter().to_url(things["frame_id"]))
    assert "<" not in path, f"the test has nothing for {route}: put it into `things`"
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
