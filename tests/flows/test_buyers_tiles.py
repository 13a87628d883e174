"""A buyer's tiles in the running site: described, served, counted, and gone with the key."""

import httpx

from hazardmap.core.access.tokens import Use, parse_token
from tests.stack import Stack, wait_for
from tests.tile_reading import tile_at

MAKE_KEY = (
    "from hazardmap.accounts.services import key_create, organisation_create as make;"
    "print(key_create(organisation=make(name='Tiles'), name='tiles').token)"
)


def test_tiles_are_counted_and_end_with_the_key(stack: Stack) -> None:
    text = stack.run(MAKE_KEY).split()[-1]
    key = parse_token(text, Use.API_KEY)
    assert key
    described = httpx.get(
        f"{stack.url}/tiles/v1/roads.json", headers={"Authorization": f"Bearer {text}"}, timeout=30
    )
    (template,) = described.json()["tiles"]
    assert template.startswith(f"{stack.url}/t/{key.kid}/")
    tile = tile_at(24.94, 60.17, 12)  # of the demo's streets
    address = template.format(z=tile.z, x=tile.x, y=tile.y)
    served = httpx.get(address, timeout=30)
    assert (served.status_code, served.headers["Cache-Control"]) == (200, "private, max-age=3")
    wait_for(
        "the tile on the account",
        lambda: stack.query("SELECT 1 FROM metering_usageevent WHERE key_id = %s", key.kid),
        timeout_s=60,
    )
    stack.manage("revoke_key", key.kid)
    wait_for(
        "the end of the key's tiles",
        lambda: httpx.get(address, timeout=30).status_code == 403,
        timeout_s=60,
    )


def test_the_live_stream_answers(stack: Stack) -> None:
    port = stack.environment["HAZARDMAP_LIVE_PORT"]
    url = f"http://127.0.0.1:{port}/live/v1/hazards?bbox=24,60,26,61"
    with httpx.stream("GET", url, timeout=30) as stream:
        assert stream.headers["Content-Type"] == "text/event-stream"
        assert next(stream.iter_lines()) == "retry: 3000"
