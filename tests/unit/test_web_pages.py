"""The pages as a browser without JavaScript gets them."""

import json
import re
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from hazardmap.accounts.models import Device
from hazardmap.capture.models import Frame
from hazardmap.hazards.models import Hazard
from tests.conftest import REPOSITORY
from tests.moderation_scene import contributor, drive_by
from tests.unit.conftest import PLACE

pytestmark = pytest.mark.django_db
PUBLIC = ["/", "/about/", "/login/", "/drive/", "/signup/", "/login/reset/", "/terms/"]


@pytest.mark.parametrize("address", PUBLIC)
def test_every_page_is_fit_for_its_own_policy(client, address):
    page = client.get(address)
    text = page.content.decode()
    assert page.status_code == 200
    assert "'unsafe-inline'" not in page["Content-Security-Policy"]
    assert not re.search(r"<[^>]+\sstyle=", text)
    assert not re.search(r"<[^>]+\son\w+=", text)
    scripts = re.findall(r"<script([^>]*)>", text)
    assert all("src=" in script or "application/json" in script for script in scripts)
    assert 'href="/source.tar.gz"' in text
    own = text.replace('href="http://testserver/', 'href="/')  # where the page itself lives
    assert not re.search(
        r'(src|href)="(https?:)?//(?!www\.|maplibre\.|phosphoricons\.|github\.)', own
    )


def test_no_single_tap_takes_away_what_cannot_be_had_back():
    """Either the form stands in something that is opened first, or it wants something typed."""
    asked, one_tap = 0, []
    for template in sorted((REPOSITORY / "hazardmap/web/templates").rglob("*.html")):
        text = template.read_text()
        for form in re.finditer(
            r'<form [^>]*/(revoke|remove|delete|leave|close)/".*?</form>', text, re.S
        ):
            opened = text.count("<details", 0, form.start()) > text.count(
                "</details", 0, form.start()
            )
            typed = re.search(r"<input [^>]*\brequired\b", form[0])
            asked += 1
            if not opened and not typed:
                one_tap.append((template.name, form[0][:90]))
    assert one_tap == []
    assert asked > 7


def test_the_licences_of_all_that_is_bundled_are_linked(client):
    assert 'href="/static/licences.txt"' in client.get("/about/").content.decode()
    told = (REPOSITORY / "frontend" / "dist" / "licences.txt").read_text()
    packages = json.loads((REPOSITORY / "frontend" / "package.json").read_text())["dependencies"]
    assert packages
    for name, version in packages.items():
        assert f"{name} {version}\n" in told
    assert "MapLibre contributors" in told
    assert "Leon Sorokin" in told


def test_the_phone_loads_none_of_the_words_of_the_map():
    chunks = json.loads((REPOSITORY / "frontend" / "dist" / "manifest.json").read_text())
    waiting, loaded = ["src/drive/main.ts"], set()
    while waiting:
        name = waiting.pop()
        if name not in loaded:
            loaded.add(name)
            parts = chunks[name]
            waiting += [*parts.get("imports", []), *parts.get("dynamicImports", [])]
    words = {name for name in loaded if "/strings." in name}
    assert words == {f"src/drive/strings.{language}.ts" for language in ("de", "es", "fi")}


@pytest.mark.parametrize(
    ("address", "camera", "position"),
    [("/drive/", True, True), ("/", False, True), ("/login/", False, False)],
)
def test_only_pages_that_need_them_may_use_camera_and_position(client, address, camera, position):
    policy = client.get(address)["Permissions-Policy"]
    assert ("camera=(self)" in policy, "geolocation=(self)" in policy) == (camera, position)


def test_the_map_lists_the_newest_hazards_without_a_script(client, cow):
    text = client.get("/").content.decode()
    assert f'href="/hazards/{cow}/"' in text
    assert "Cattle" in text
    west, south, east, north = map(float, re.search(r'data-bounds="([^"]+)"', text)[1].split(","))
    assert west <= PLACE[0] + 1e-3
    assert PLACE[0] - 1e-3 <= east
    assert south <= PLACE[1] + 1e-3
    assert PLACE[1] - 1e-3 <= north


def test_an_empty_map_says_so(client):
    text = client.get("/").content.decode()
    assert 'data-bounds=""' in text
    assert "Nothing has been seen lately" in text


def test_a_hazard_has_a_page_of_its_own(client, cow):
    text = client.get(f"/hazards/{cow}/").content.decode()
    assert "Cattle" in text
    assert "simulated" in text
    assert "Faces and number plates are blurred" in text
    assert text.count('class="box" x="0.') == 6
    assert f'href="/?hz={cow}"' in text


def test_a_hazard_that_is_gone_says_so_and_shows_no_pictures(client, cow):
    Hazard.objects.filter(id=cow).update(state="expired")
    text = client.get(f"/hazards/{cow}/").content.decode()
    assert "No longer on the map" in text
    assert "/images/" not in text
    assert client.get(f"/hazards/{uuid4()}/").status_code == 404


def test_words_from_outside_are_text_not_markup(client):
    device = contributor("aino")
    Device.objects.filter(id=device.id).update(name="<script>alert(1)</script>")
    client.force_login(device.owner)
    text = client.get("/account/").content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_the_account_needs_a_login(client):
    for address in ["/account/", "/account/pairing-code/", f"/account/devices/{uuid4()}/revoke/"]:
        answer = client.post(address)
        assert answer.status_code == 302
        assert answer["Location"] == "/login/", "nobody knows from which page the form came"


def test_a_pairing_code_from_the_page_pairs_a_phone(client):
    owner = contributor("aino").owner
    client.force_login(owner)
    page = client.post("/account/pairing-code/", {"uploads": "on"})
    code = re.search(r'class="code"[^>]*>([A-Z2-9]{8})<', page.content.decode())[1]
    assert "no-store" in page["Cache-Control"]
    body = {"code": code, "name": "Pixel"}
    paired = client.post(reverse("pair"), body, content_type="application/json")
    assert paired.status_code == 201
    assert Device.objects.get(id=paired.json()["device_id"]).owner == owner
    assert client.get("/account/pairing-code/").status_code == 405


def test_one_revokes_ones_own_devices_only(client):
    mine, other = contributor("aino"), contributor("ben")
    client.force_login(mine.owner)
    for device in (mine, other):
        assert client.post(f"/account/devices/{device.id}/revoke/").status_code == 302
    mine.refresh_from_db()
    other.refresh_from_db()
    assert mine.revoked_at is not None
    assert other.revoked_at is None


def test_the_account_shows_what_became_of_ones_frames(client):
    device = contributor("aino")
    drive_by(device, "cow", PLACE, timezone.now())
    frame = Frame.objects.filter(device=device).first()
    Frame.objects.filter(id=frame.id).update(state="rejected", reason="truncated", stored="")
    drive_by(contributor("ben"), "cow", PLACE, timezone.now())
    client.force_login(device.owner)
    text = client.get("/account/").content.decode()
    assert text.count('class="tag tag-') == 3
    assert "rejected: the picture is damaged" in text
    assert "no picture kept" in text


def test_signing_in_and_out(client):
    owner = contributor("aino").owner
    wrong = client.post("/login/", {"username": owner.email, "password": "wrong"})
    assert 'role="alert">The e-mail address or the' in wrong.content.decode()
    right = client.post("/login/", {"username": owner.email, "password": "a long enough password"})
    assert right["Location"] == "/account/"
    assert client.post("/logout/")["Location"] == "/"
    assert client.get("/account/").status_code == 302


def test_guessing_passwords_ends_with_words_about_it(client):
    owner = contributor("aino").owner
    for _ in range(6):
        answer = client.post("/login/", {"username": owner.email, "password": "wrong"})
    assert "Too many tries" in answer.content.decode()


def test_a_login_never_leads_to_another_site(client):
    owner = contributor("aino").owner
    fields = {"username": owner.email, "password": "a long enough password"}
    answer = client.post("/login/", fields | {"next": "https://elsewhere.example/"})
    assert answer["Location"] == "/account/"
