"""Every page of the site by the name of its address: a new one fails tests until it is here."""

from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from hazardmap.core.geometry.grid import cell
from tests.stack import Stack


class Scene(NamedTuple):
    """What the pages are about. report: the page on which the picture is reported. receipt: of a
    report of it. zone: holds the hazard."""

    hazard: UUID
    zone: UUID
    report: str
    receipt: str
    place: tuple[float, float]


PUBLIC: dict[str, Callable[[Scene], str]] = {
    "hazard": lambda scene: f"/hazards/{scene.hazard}/",
    "workzone": lambda scene: f"/workzones/{scene.zone}/",
    "area": lambda scene: f"/area/{cell(*scene.place, 7):x}/",
    "list": lambda scene: f"/list/?near={scene.place[1]},{scene.place[0]}&sort=near",
    "image-report": lambda scene: f"{scene.report}?hazard={scene.hazard}",
    "report": lambda scene: f"/reports/{scene.receipt}/",
    "drive": lambda scene: "/drive/",
    "api": lambda scene: "/api/",
    "problems": lambda scene: "/api/problems/",
    "about": lambda scene: "/about/",
    "prices": lambda scene: "/prices/",
    "login": lambda scene: "/login/",
    "sign-up": lambda scene: "/signup/",
    "password-reset": lambda scene: "/login/reset/",
    "terms": lambda scene: "/terms/",
    "upload-licence": lambda scene: "/terms/uploads/",
    "nothing": lambda scene: "/nothing-here/",
}
LINE = UUID(int=7)
"""Of an invoice; of it the first demo contributor has a share."""
PRIVATE = {
    "account": "/account/",
    "address-change": "/account/address/",
    "earned-line": f"/account/earnings/{LINE}/",
    "earnings": "/account/earnings/",
    "portal": "/portal/",
    "second-factor": "/account/second-factor/",
    "security": "/account/security/",
    "your-data": "/account/data/",
}
# Looked at by tests of their own: the map, and what one gets to by a link in a mail or a form.
ELSEWHERE = {
    "address-confirm",
    "consent",
    "embed",
    "login-code",
    "map",
    "password-reset-finish",
    "recovery-codes",
    "sign-up-finish",
}
NO_PAGES = {
    "area-geojson",
    "area-rss",
    "device-revoke",
    "drive-delete",
    "drive-square",
    "drive-worker",
    "hazard-vote",
    "earnings-json",
    "image",
    "leave",
    "logout",
    "mail-language",
    "map-changes",
    "map-hazard",
    "map-hazards",
    "map-history",
    "map-search",
    "map-workzone",
    "map-workzones",
    "pairing-code",
    "password-change",
    "payments-stripe",
    "payout-account",
    "picture-delete",
    "robots",
    "second-factor-remove",
    "security-txt",
    "sessions-end",
    "sitemap",
    "source",
    "your-data-export",
}


def scene_of(stack: Stack, hazard: UUID, place: tuple[float, float]) -> Scene:
    """Report a picture of a hazard, so that there is a receipt, put a work zone beside it, and pay
    the first demo contributor for it."""
    (lon, lat), (east, north) = place, (place[0] + 0.001, place[1])
    email = stack.accounts["logins"][0]["email"]
    code = (
        "from uuid import UUID; from django.urls import reverse; "
        "from hazardmap.hazards.image_selectors import images_of; "
        "from hazardmap.moderation.services import report_file; "
        "from tests.map_scene import put_zone; "
        f"ids = (UUID('{hazard}'), UUID(int=1)); "
        f"frame = images_of(ids[0])[-1].frame_id; "
        f"zone = put_zone(({lon}, {lat}), ({east}, {north}), hazard_ids=ids); "
        "report = reverse('image-report', args=[frame]); "
        "from hazardmap.accounts.models import User; "
        "from hazardmap.core.selling.pricing.money import Currency; "
        "from hazardmap.core.selling.sharing import PARTS, Part; "
        "from hazardmap.rewards.services import share_set_aside, share_split; "
        f"who, line = User.objects.get(email='{email}').witness, UUID('{LINE}'); "
        "what = {'meter': 'hazard', 'month': '2026-10'}; "
        "share_set_aside(line_id=line, amount_micro=5, currency=Currency.EUR, what=what); "
        "share_split(line_id=line, weights={who: 3 * PARTS}, "
        "parts=[Part(who, ids[0], 2 * PARTS, 3 * PARTS)]); "
        "print(report, report_file(frame_id=frame, reason='wrong_kind'), zone)"
    )
    report, receipt, zone = stack.run(code).split()[-3:]
    return Scene(hazard, UUID(zone), report, receipt, place)
