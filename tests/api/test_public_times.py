"""No address that needs no key tells to the second when somebody drove past (docs/adr/0034)."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from hazardmap.core.geometry.grid import cell
from tests.map_scene import put_hazard, put_zone

pytestmark = pytest.mark.django_db
HELSINKI = (24.94, 60.17)
AREA = f"/area/{cell(*HELSINKI, 7):x}/"
BOX = "?bbox=24.9,60.1,25.0,60.2"
ADDRESSES = [
    *("/", "/embed/", "/list/", AREA, f"{AREA}feed.geojson", f"{AREA}feed.rss"),
    *(f"/map/hazards.json{BOX}", f"/map/history.json{BOX}", "/map/changes.json?since=0"),
    *("/map/workzones.json?at=24.94,60.17", "/drive/hazards/124/300.json"),
    *("/feeds/wzdx-4.2.geojson", f"/feeds/wzdx-4.2.geojson{BOX}"),
    "/sitemap.xml",
]


def seconds_told(body, at):
    """What in it has the minute and second of `at`, in ISO 8601 or Unix seconds."""
    iso = re.findall(rf":{at:%M:%S}", body)
    unix = list(re.findall(r"(?<!\d)1[789]\d{8}(?!\d)", body))
    return iso + [one for one in unix if int(one) % 3600 == int(at.timestamp()) % 3600]


def test_no_public_address_tells_a_drive_to_the_second(client):
    now = timezone.now()
    at = (now - timedelta(hours=2)).replace(minute=(now.minute + 27) % 60, second=13)
    seen = {"first_seen": at, "last_seen": at, "t_ref": at, "half_life_s": 86_400.0}
    hazard = put_hazard(*HELSINKI, "cone", **seen)
    zone = put_zone(HELSINKI, (24.942, 60.17), started_at=at, last_seen=at, t_ref=at)
    own = [f"/hazards/{hazard}/", f"/map/hazards/{hazard}.json"]
    own += [f"/workzones/{zone}/", f"/map/workzones/{zone}.json"]
    told = {}
    for address in [*ADDRESSES, *own]:
        answer = client.get(address)
        assert answer.status_code == 200, address
        told[address] = seconds_told(answer.getvalue().decode(), at)
    assert {address: times for address, times in told.items() if times} == {}
    here = [f"/map/hazards.json{BOX}", "/drive/hazards/124/300.json", f"{AREA}feed.geojson"]
    for address in here:
        assert str(hazard) in client.get(address).getvalue().decode(), "it is told there"
    assert str(zone) in client.get("/feeds/wzdx-4.2.geojson").getvalue().decode()
