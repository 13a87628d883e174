"""This computer's own token: asked for once, by a code of the account page, and kept."""

import os
import platform
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import httpx

TIMEOUT_S: Final = 30.0
LONGEST_NAME: Final = 100


class PairingRefused(Exception):
    """The message is one sentence for people."""


def pair(url: str, code: str) -> str:
    """The token that the site gives for a code. Raises PairingRefused and httpx.InvalidURL."""
    asked = {"code": code.strip().upper(), "name": platform.node()[:LONGEST_NAME] or "computer"}
    try:
        answer = httpx.post(f"{url.rstrip('/')}/api/v1/pair", json=asked, timeout=TIMEOUT_S)
        if answer.status_code == HTTPStatus.CREATED:
            return _kept(url, str(answer.json()["token"]))
        said = str(answer.json()["detail"]).removesuffix(".")
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise PairingRefused(
            f"{url} could not be asked: {error or type(error).__name__}."
        ) from error
    raise PairingRefused(f"{url} refuses the code: {said}.")


def kept_token(url: str) -> str:
    """The token that was kept for a site; "" for none."""
    try:
        return _place(url).read_text().strip()
    except (OSError, ValueError):  # the latter where the address is none
        return ""


def _kept(url: str, token: str) -> str:
    """Raises PairingRefused: a code works once, and so it is better said."""
    place = _place(url)
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        with os.fdopen(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(f"{token}\n")
    except OSError as error:
        why = error.strerror or str(error)
        raise PairingRefused(f"The token cannot be kept in {place}: {why}.") from error
    return token


def _place(url: str) -> Path:
    """Readable by nobody else."""
    folder = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(folder) / "hazardmap" / f"{quote(urlsplit(url).netloc, safe='')}.token"
