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

_PATTERN: Final = re.compile(r"hm_(dev|key)_([a-z2-7]{16})_([a-z2-7]{52})")
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"


class Use(StrEnum):
    DEVICE = "dev"
    API_KEY = "key"


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


def parse_token(text: str, use: Use) -> Token | None:
    """The parts of a well-formed token of that use, None for anything else."""
    match = _PATTERN.fullmatch(text)
    if match is None or match[1] != use:
        return None
    return Token(use, match[2], match[3])


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
