"""Buyers' tiles: signed addresses, revocation, and one usage record for each tile served."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from hazardmap import upkeep
from hazardmap.accounts.models import ApiKey, Organisation
from hazardmap.accounts.services import key_create
from hazardmap.core.access.tile_token import TileToken, TokenState, secret_name, signed, token_state
from hazardmap.metering.models import UsageEvent
from hazardmap.metering.services import usage_ship
from hazardmap.platform.rate_limit import allow_here
from tests.billing_scene import sell
from tests.map_scene import buyer, in_tiles
from tests.tile_reading import get_path, tile_at
from tiles.buyers import TILES_PER_MINUTE
from tiles.files import forget
from tiles.mercator import Tile

pytestmark = pytest.mark.django_db
HELSINKI = (24.94, 60.17)
TILE = tile_at(*HELSINKI, 14)
OLD, NEW = "o" * 32, "n" * 32


def template(token: str, layer: str = "hazards") -> str:
    """The address for this key, as its TileJSON says it."""
    (address,) = described(token, layer)["tiles"]
    return str(address.removeprefix("http://testserver"))


def described(token: str, layer: str = "hazards") -> dict[str, Any]:
    """The TileJSON of a layer for this key."""
    response = Client().get(f"/tiles/v1/{layer}.json", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200, response.content
    assert response.headers["Cache-Control"] == "private, max-age=3600"
    return dict(response.json())


def at(address: str, tile: Tile = TILE) -> str:
    return address.format(z=tile.z, x=tile.x, y=tile.y)


def shipped() -> list[UsageEvent]:
    usage_ship()
    return list(UsageEvent.objects.all())


def test_a_buyer_gets_tiles_and_each_is_on_the_account_before_it_leaves() -> None:
    in_tiles(HELSINKI)
    key = buyer()
    path = at(template(key.token))
    assert path.startswith(f"/t/{key.kid}/")
    served = get_path(path)
    assert served.status_code == 200
    assert served.headers["Cache-Control"] == "private, max-age=3"
    assert served.headers["X-Cost"] == "meter=tile, units=1"
    assert get_path(path).content == served.content
    (one, two) = shipped()
    assert (one.key_id, one.meter, one.quantity) == (key.kid, "tile", 1)
    assert one.subject == f"hazards/{TILE.z}/{TILE.x}/{TILE.y}"
    assert one.request_id != two.request_id


def test_what_carries_nothing_costs_nothing() -> None:
    in_tiles(HELSINKI)
    address = template(buyer().token)
    served = get_path(at(address), method="HEAD")
    assert "X-Cost" not in served.headers
    assert get_path(at(address), if_none_match=served.headers["ETag"]).status_code == 304
    assert get_path(at(address, Tile(14, 0, 0))).status_code == 204
    assert get_path(at(address, Tile(1, 5, 5))).status_code == 400
    assert shipped() == []


def test_the_tilejson_says_what_a_tile_costs() -> None:
    prices = {"fee": "0.00", "commitment": "0.00", "discounts": []}
    tiles = {"meter": "tile", "model": "per_unit", "unit_price": "0.0004"}
    organisation_id, _kid = sell(prices=prices | {"charges": [tiles]})
    organisation = Organisation.objects.get(pk=organisation_id)
    said = described(key_create(organisation=organisation, name="tiles").token)
    assert said["cost"] == {
        "meter": "tile",
        "units": 1,
        "amount": "0.0004",
        "currency": "EUR",
        "spent": "0.00",
        "left": None,
        "units_left": None,
    }
    assert described(buyer().token)["cost"]["amount"] is None, "it has no plan"
    assert "cost" not in Client().get("/tiles/v1/hazards.json").json()


def test_a_tile_whose_usage_cannot_be_kept_does_not_leave(settings, tmp_path) -> None:
    in_tiles(HELSINKI)
    path = at(template(buyer().token))
    settings.USAGE_LOG = tmp_path / "file" / "usage"
    (tmp_path / "file").touch()
    refused = get_path(path)
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")


def test_only_what_we_have_signed_opens_only_what_it_names() -> None:
    in_tiles(HELSINKI)
    mine, other = buyer("A"), buyer("B")
    path = at(template(mine.token))
    _, _, kid, expires, signature, *_ = path.split("/")
    forged = [
        path.replace(kid, other.kid),
        path.replace(expires, str(int(expires) + 1)),
        path.replace("/hazards/", "/roads/"),
        path.replace(signature, signature[:-1] + ("A" if signature[-1] != "A" else "B")),
        path.replace(signature, "0000" + signature[4:]),
        path.replace(signature, "A" * 26),
    ]
    assert [get_path(one).status_code for one in forged] == [403] * len(forged)
    assert get_path(path.replace(signature, signature + "A")).status_code == 404
    assert get_path(path).status_code == 200


def test_an_address_expires_and_the_same_key_gets_a_new_one() -> None:
    key = buyer()
    past = timezone.now() - timedelta(days=9)
    token = signed(key.kid, "hazards", secret=settings.TILE_SECRETS[0], now=past)
    refused = get_path(f"/t/{token.path()}/hazards/0/0/0.mvt")
    assert refused.status_code == 410
    assert "TileJSON" in refused.json()["detail"]
    assert get_path(at(template(key.token), Tile(0, 0, 0))).status_code == 204


def test_a_secret_is_replaced_without_breaking_the_addresses_of_the_old_one(settings) -> None:
    settings.TILE_SECRETS = (OLD,)
    key = buyer()
    old = at(template(key.token), Tile(0, 0, 0))
    settings.TILE_SECRETS = (NEW, OLD)
    new = at(template(key.token), Tile(0, 0, 0))
    assert new != old
    assert [get_path(path).status_code for path in (old, new)] == [204, 204]
    settings.TILE_SECRETS = (NEW,)
    assert [get_path(path).status_code for path in (old, new)] == [403, 204]


def test_the_signature_is_the_documented_one() -> None:
    """So that nginx and anybody else can check it; computed once with openssl."""
    token = TileToken("a" * 16, 1_800_000_000, secret_name(OLD) + "13-0DPyDJnZzz62aVIiUew")
    assert token_state(token, "hazards", secrets=[OLD], now_s=0.0) is TokenState.GOOD


def test_a_revoked_or_expired_key_loses_its_tiles_and_nobody_else_does() -> None:
    keys = [buyer(name) for name in "ABC"]
    paths = [at(template(key.token), Tile(0, 0, 0)) for key in keys]
    upkeep.deny_keys()
    assert [get_path(path).status_code for path in paths] == [204, 204, 204]
    call_command("revoke_key", keys[0].kid, verbosity=0)
    ApiKey.objects.filter(kid=keys[1].kid).update(expires_at=timezone.now())
    upkeep.deny_keys()
    assert [get_path(path).status_code for path in paths] == [403, 403, 204]
    refused = Client().get(
        "/tiles/v1/hazards.json", headers={"Authorization": f"Bearer {keys[0].token}"}
    )
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    ApiKey.objects.filter(kid=keys[1].kid).update(expires_at=None)
    upkeep.deny_keys()
    assert [get_path(path).status_code for path in paths] == [403, 204, 204]
    with pytest.raises(CommandError, match="no live key"):
        call_command("revoke_key", keys[0].kid)


def test_a_web_process_learns_of_a_revoked_key_by_itself(monkeypatch) -> None:
    rounds = []

    def tired(_: float) -> None:
        rounds.append(1)
        raise SystemExit

    key = buyer()
    call_command("revoke_key", key.kid, verbosity=0)
    monkeypatch.setattr(upkeep, "close_old_connections", lambda: None)
    monkeypatch.setattr(time, "sleep", tired)
    with pytest.raises(SystemExit):
        upkeep._run()
    assert [path.name for path in Path(settings.TILE_DENIED).iterdir()] == [key.kid]
    assert upkeep.DENY_EVERY_S < 10


STEPS = ("deny_keys", "watch_spending", "answers_add", "sweep")


@pytest.mark.parametrize("failing", STEPS)
def test_trouble_with_one_part_of_the_upkeep_stops_no_other(
    monkeypatch, caplog, failing: str
) -> None:
    done: list[str] = []

    def step(name: str):
        def run(*_: object, **__: object) -> None:
            done.append(name)
            if name == failing:
                raise KeyError(name)

        run.__name__ = name
        return run

    def tired(_: float) -> None:
        done.append("slept")
        if done.count("slept") == 2:
            raise SystemExit

    for name in STEPS:
        monkeypatch.setattr(upkeep, name, step(name))
    monkeypatch.setattr(upkeep, "close_old_connections", lambda: None)
    monkeypatch.setattr(upkeep, "SWEEP_EVERY_S", 0.0)
    monkeypatch.setattr(upkeep._swept, "next_s", 0.0)
    monkeypatch.setattr(time, "sleep", tired)
    with pytest.raises(SystemExit):
        upkeep._run()
    assert done == [*STEPS, "slept"] * 2
    assert failing in caplog.text


def test_a_revoked_key_does_not_wait_for_billing(monkeypatch) -> None:
    key = buyer()
    call_command("revoke_key", key.kid, verbosity=0)

    def broken() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        return 0

    def tired(_: float) -> None:
        raise SystemExit

    monkeypatch.setattr(upkeep, "close_old_connections", lambda: None)
    monkeypatch.setattr(upkeep, "spending_watch", broken)
    monkeypatch.setattr(time, "sleep", tired)
    with pytest.raises(SystemExit):
        upkeep._run()
    assert [path.name for path in Path(settings.TILE_DENIED).iterdir()] == [key.kid]


def test_a_key_may_only_ask_so_often() -> None:
    address = template((key := buyer()).token)
    for _ in range(2 * TILES_PER_MINUTE):
        allow_here(f"tiles:{key.kid}", limit=TILES_PER_MINUTE, period_s=60)
    refused = get_path(at(address))
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")


def test_a_bought_tile_is_never_older_than_the_map() -> None:
    address = template(buyer().token)
    assert get_path(at(address)).status_code == 204
    in_tiles(HELSINKI)
    forget("hazards", [TILE])
    assert get_path(at(address)).status_code == 200
