"""No address may ask for a public thing without end."""

import time

import pytest
from django.test import Client

from hazardmap.billing.services import invoice_draft
from hazardmap.platform.redis_script import Script
from hazardmap.web.images import PICTURES_PER_MINUTE
from hazardmap.web.map_data import ANSWERS_PER_MINUTE
from hazardmap.web.pages import PAGES_PER_MINUTE
from hazardmap.web.portal.costs import LISTS_PER_HOUR
from hazardmap.web.your_data import COPIES_PER_HOUR
from tests.account_scene import person, signed_in
from tests.billing_scene import LAST, customer_of
from tests.portal_scene import selling
from tiles.download import PARTS_PER_MINUTE

pytestmark = pytest.mark.django_db
EMPTY = Script("return redis.call('HSET', KEYS[1], 'tokens', '0', 'at', ARGV[1])")
ADDRESS = "192.0.2.7"
LIMITS = [
    ("map answers", ANSWERS_PER_MINUTE, "/map/changes.json?since=0"),
    ("pictures", PICTURES_PER_MINUTE, "/images/01a20000-0000-7000-8000-000000000000.jpg"),
    ("pages", PAGES_PER_MINUTE, "/"),
    ("copies of the source", 30, "/source.tar.gz"),
    ("descriptions of the API", 120, "/api/v1/openapi.json"),
    ("descriptions of tiles", 300, "/tiles/v1/hazards.json"),
    ("parts of the archive", PARTS_PER_MINUTE, "/tiles/v1/hazardmap.pmtiles"),
]


@pytest.mark.parametrize(("what", "per_minute", "path"), LIMITS)
def test_beyond_its_limit_an_address_is_told_how_long_to_wait(what, per_minute, path) -> None:
    assert Client(REMOTE_ADDR=ADDRESS).get(path).status_code != 429
    # An empty bucket that begins to fill in an hour.
    bucket = f"bucket:{what.replace(' ', '-')}:{ADDRESS}"
    EMPTY(bucket, time.time() + 3600)
    refused = Client(REMOTE_ADDR=ADDRESS).get(path)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) == 60, per_minute
    assert refused["Content-Type"] == "application/problem+json"
    assert Client(REMOTE_ADDR="192.0.2.8").get(path).status_code != 429, "others are not hit"


def test_an_account_takes_so_many_copies_an_hour_wherever_it_is() -> None:
    """They take a minute each where much is kept, and hold a process of the web server."""
    client, _base, organisation = selling()
    owner = organisation.members.get()
    draft = invoice_draft(customer_id=customer_of(organisation.pk).pk, month=LAST)
    invoice = f"/portal/{organisation.pk}/invoices/{draft.pk}"
    for what, per_hour, path in (
        ("copies of your data", COPIES_PER_HOUR, "/account/data/export.json"),
        ("lists of answers", LISTS_PER_HOUR, f"{invoice}/1.csv"),
    ):
        assert client.get(path).status_code == 200
        bucket = f"bucket:{what.replace(' ', '-')}-of:{owner.pk}"
        EMPTY(bucket, time.time() + 7200)
        refused = client.get(path, REMOTE_ADDR=ADDRESS)
        assert (refused.status_code, refused["Retry-After"]) == (429, str(3600 // per_hour))
    assert signed_in(person("ole")).get("/account/data/export.json").status_code == 200
