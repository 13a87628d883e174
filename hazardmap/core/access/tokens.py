"""Bearer tokens: `hm_<use>_<kid>_<secret>`; the kid may be shown and logged, the secret never.

The secret has 256 random bits, so a plain SHA-256 of it may be stored: there is nothing to guess.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

_PATTERN: Final = re.compile(r"hm_(dev|key|test)_([a-z2-7]{16})_([a-z2-7]{52})")
_SECRET: Final = re.compile(r"(hm_[a-z]{3,4}_[a-z2-7]{16}_)[a-z2-7]{8,}")
_MAILED: Final = re.compile(r"(/(?:signup|login/reset|account/address)/)[\w-]{16,}")
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"


class Use(StrEnum):
    DEVICE = "dev"
    API_KEY = "key"
    TEST_KEY = "test"


@dataclass(frozen=True, slots=True)
class Token:
    """A token in its parts. `repr` and `str` never show the secret."""

    use: Use
    kid: str
    secret: str

    def __repr__(self) -> str:
        return f"Token({self.use}, {self.kid})"

    __str__ = __repr__

    def reveal(self) -> str:
        """The whole token: shown once, to its owner."""
        return f"hm_{self.use}_{self.kid}_{self.secret}"

    def digest(self) -> bytes:
        """SHA-256 of the secret, 32 bytes: what is stored."""
        return sha256(self.secret.encode()).digest()

    def matches(self, digest: bytes | memoryview) -> bool:
        """Compare with a stored digest in constant time."""
        return hmac.compare_digest(self.digest(), bytes(digest))


def new_token(use: Use) -> Token:
    return Token(use, _random(16), _random(52))


def parse_token(text: str, *uses: Use) -> Token | None:
    """The parts of a well-formed token of one of these uses, None for anything else."""
    match = _PATTERN.fullmatch(text)
    if match is None or match[1] not in uses:
        return None
    return Token(Use(match[1]), match[2], match[3])


def without_secrets(text: str) -> str:
    """The text with every secret of a token, or of a link sent by mail, taken out: for logs."""
    return _MAILED.sub(r"\1[secret]", _SECRET.sub(r"\1[secret]", text))


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
