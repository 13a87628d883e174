"""Every address of the site, somebody of each role who may call it or not, and what it names."""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission
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
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.hazards.models import Hazard
from hazardmap.hazards.services import fuse_pending
from hazardmap.moderation.services import report_file
from hazardmap.platform.ids import new_id
from hazardmap.rewards.services import share_set_aside, share_split
from hazardmap.web.picture_address import PictureConverter
from hazardmap.webhooks.models import Delivery
from hazardmap.webhooks.services import deliveries_make
from tests.capture_scene import driver
from tests.map_scene import put_zone
from tests.moderation_scene import drive_by
from tests.webhook_scene import HELSINKI, square

TABLE = tomllib.loads((Path(__file__).parent / "api" / "authorisation.toml").read_text())
ROLES = ("anonymous", "contributor", "without_scope", "buyer", "other", "moderator", "admin")
METHODS = ("get", "post", "put", "patch", "delete")
Person = tuple[Client, SimpleCookie]


def addresses(patterns: Iterable[Any] | None = None, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every route, and the class or function behind it."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, route)
        else:
            assert isinstance(one, URLPattern)
            view = getattr(one.callback, "view_class", None) or getattr(one.callback, "cls", None)
            yield route, view


def calls() -> Iterator[str]:
    """Every route outside the admin site with each of its methods; ANY where nobody can tell."""
    for route, view in addresses():
        if not route.startswith("admin/"):
            known = [method for method in METHODS if view is not None and hasattr(view, method)]
            for method in known or ["any"]:
                yield f"{method.upper()} {route}"


def everybody() -> dict[str, Person]:
    """A client that is signed in as somebody of each role, and its cookies."""
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
    return {role: client_of(*who) for role, who in known.items()}


def _member(organisation: Organisation, number: int) -> User:
    user = User.objects.create_user(f"member{number}@fleets.example")
    Membership.objects.create(organisation=organisation, user=user, role=Role.OWNER)
    return user


def _token(organisation: Organisation, **more: Any) -> str:
    return key_create(organisation=organisation, name="key", **more).token


def client_of(user: User | None, token: str | None) -> Person:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    if token is not None:
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client, SimpleCookie(client.cookies.output(header="", sep=";"))


def their_things(people: dict[str, Person]) -> dict[str, Any]:
    """What addresses name: the contributor's frame and device, the buyer's webhooks."""
    aino = Device.objects.get(owner__email__startswith="aino")
    benno = Device.objects.get(id=driver("benno")[1].device_id)
    for number, device in enumerate((aino, benno)):
        at = timezone.now() - timedelta(minutes=9 - number)
        drive_by(device, "cow", HELSINKI, at)
    fuse_pending()
    buyer = people["buyer"][0]

    def made(path: str, **body: Any) -> Any:
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


def _of_the_portal() -> dict[str, Any]:
    """The buyer's organisation; its invoices have a table of their own (test_portal.py)."""
    member = Membership.objects.get(user__email__startswith="member2")
    return {
        "organisation_id": member.organisation_id,
        "user_id": member.user_id,
        "kid": member.organisation.keys.latest("created_at").kid,
        "invoice_id": member.organisation_id,
        "note_id": member.organisation_id,
        "kind": "pdf",
        "code": "none",
        "position": 1,
    }


def path_of(route: str, things: Mapping[str, Any]) -> str:
    path = "/" + route
    for name, value in things.items():
        for kind in ("uuid", "id", "str", "slug", "whole", "int"):
            path = path.replace(f"<{kind}:{name}>", str(value))
    path = path.replace("<picture:frame_id>", PictureConverter().to_url(things["frame_id"]))
    assert "<" not in path, f"the test has nothing for {route}: put it into `their_things`"
    return path
