"""Tokens: one form, a secret that shows nowhere, and nothing else is a token."""

import pytest

from hazardmap.accounts.services import NewKey
from hazardmap.accounts.services.device_pair import NewDevice, NewPairingCode
from hazardmap.core.access.tokens import Token, Use, new_token, parse_token


@pytest.mark.parametrize("use", Use)
def test_a_new_token_reads_back_as_itself(use):
    token = new_token(use)
    text = token.reveal()
    assert text.startswith(f"hm_{use}_")
    assert len(text) == 73 + len(use)
    assert parse_token(text, use) == token
    assert token.matches(token.digest())
    assert token.matches(memoryview(token.digest()))


def test_no_two_tokens_are_alike():
    tokens = [new_token(Use.DEVICE) for _ in range(200)]
    assert len({token.kid for token in tokens}) == len({token.secret for token in tokens}) == 200


def test_the_secret_shows_in_no_representation():
    token = new_token(Use.API_KEY)
    for text in (repr(token), str(token), f"{token}", repr([token])):
        assert token.secret not in text
        assert token.kid in text


def test_what_is_shown_once_is_not_logged_by_accident():
    secret = new_token(Use.DEVICE).reveal()
    shown = [NewDevice(None, secret), NewKey("kid", secret), NewPairingCode(secret, None)]
    assert secret not in repr(shown)


@pytest.mark.parametrize("change", [str.upper, lambda text: text[:-1], lambda text: text + "\n"])
def test_a_changed_token_is_none(change):
    assert parse_token(change(new_token(Use.DEVICE).reveal()), Use.DEVICE) is None


def test_a_token_of_one_use_is_none_of_the_other():
    assert parse_token(new_token(Use.API_KEY).reveal(), Use.DEVICE) is None
    assert parse_token(new_token(Use.DEVICE).reveal(), Use.API_KEY) is None


def test_another_secret_does_not_match():
    token = new_token(Use.DEVICE)
    changed = "a" if token.secret[0] != "a" else "b"
    assert not Token(token.use, token.kid, changed + token.secret[1:]).matches(token.digest())
    assert not token.matches(b"")
