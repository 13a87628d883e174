"""Laws of the signed addresses of tiles."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hazardmap.core.access.tile_token import LIFE_DAYS, TokenState, signed, token_state

KIDS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=16, max_size=16)
LAYERS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12)
SECRETS = st.text("0123456789abcdefXYZ", min_size=32, max_size=40)
TIMES = st.integers(1_600_000_000, 4_000_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))


@given(KIDS, LAYERS, SECRETS, SECRETS, TIMES)
def test_what_is_signed_is_good_for_a_week_and_then_expires(kid, layer, secret, old, at) -> None:
    token, secrets = signed(kid, layer, secret=secret, now=at), [secret, old]
    for day in (0, LIFE_DAYS):
        now_s = (at + timedelta(days=day)).timestamp()
        assert token_state(token, layer, secrets=secrets, now_s=now_s) is TokenState.GOOD
        assert token_state(token, layer, secrets=secrets[::-1], now_s=now_s) is TokenState.GOOD
    over_s = (at + timedelta(days=LIFE_DAYS + 1)).timestamp() + 1
    assert token_state(token, layer, secrets=secrets, now_s=over_s) is TokenState.EXPIRED
    assert len(token.signature) == 26


@given(st.tuples(KIDS, KIDS), st.tuples(LAYERS, LAYERS), st.tuples(SECRETS, SECRETS), TIMES)
def test_nothing_else_is_good(kids, layers, secrets, at) -> None:
    (kid, other_kid), (layer, other_layer), (secret, other) = kids, layers, secrets
    token, now_s = signed(kid, layer, secret=secret, now=at), at.timestamp()
    changed = [
        (replace(token, expires=token.expires + 1), layer, secret),
        (replace(token, signature=token.signature[:-1] + "*"), layer, secret),
    ]
    changed += [(replace(token, kid=other_kid), layer, secret)] * (other_kid != kid)
    changed += [(token, other_layer, secret)] * (other_layer != layer)
    changed += [(token, layer, other)] * (other != secret)
    for one, name, key in changed:
        assert token_state(one, name, secrets=[key], now_s=now_s) is TokenState.FORGED
