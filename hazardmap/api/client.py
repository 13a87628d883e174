"""A client of the upload endpoint: sends files, tries again, remembers what was sent."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from threading import Event
from typing import Any

import httpx

from hazardmap.core.messages.backoff import delays_s

PARALLEL = 4
TIMEOUT_S = 60.0
RETRIED = {429, 502, 503, 504}
LONGEST_PAUSE_S = 60.0
TAKEN = {HTTPStatus.ACCEPTED: "accepted", HTTPStatus.OK: "repeated"}


@dataclass(frozen=True, slots=True)
class Item:
    """A picture to send, with metadata where its EXIF does not say enough."""

    path: Path
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one picture: `what` is accepted, repeated, refused or failed."""

    path: Path
    what: str
    detail: str


class Journal:
    """Which pictures have been sent, by their SHA-256, kept in a file so that a run can resume."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._sent: dict[str, str] = {}
        if path is not None and path.exists():
            for line in path.read_text(errors="replace").splitlines():
                digest, _, frame_id = line.partition(" ")
                self._sent[digest] = frame_id

    def frame_of(self, digest: str) -> str | None:
        return self._sent.get(digest)

    def add(self, digest: str, frame_id: str) -> None:
        self._sent[digest] = frame_id
        if self._path is not None:
            with self._path.open("a") as file:
                file.write(f"{digest} {frame_id}\n")


def upload(
    items: Iterable[Item],
    *,
    url: str,
    token: str,
    journal: Journal,
    progress: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Send every item to the server at `url`; outcomes come in the order of the items.

    Once the server stays away, refuses the token or waits for the licence of uploads to be agreed
    to, the rest fails without being sent; a later run sends it.
    Raises httpx.InvalidURL.
    """
    headers = {"Authorization": f"Bearer {token}"}
    with (
        httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_S) as client,
        ThreadPoolExecutor(PARALLEL) as pool,
    ):
        sender = _Sender(client, journal)
        outcomes = []
        for outcome in pool.map(sender.send, items):
            progress(outcome)
            outcomes.append(outcome)
        return outcomes


class _Sender:
    """Sends pictures, from several threads, until there is no point in it."""

    def __init__(self, client: httpx.Client, journal: Journal) -> None:
        self._client, self._journal = client, journal
        self._pointless = Event()

    def send(self, item: Item) -> Outcome:
        try:
            image = item.path.read_bytes()
        except OSError as error:
            return Outcome(item.path, "failed", error.strerror or str(error))
        digest = sha256(image).hexdigest()
        if frame_id := self._journal.frame_of(digest):
            return Outcome(item.path, "repeated", frame_id)
        if self._pointless.is_set():
            return Outcome(item.path, "failed", "not sent, like another picture")
        try:
            response = self._post(item, image)
        except httpx.HTTPError as error:
            self._pointless.set()
            return Outcome(item.path, "failed", f"no answer: {error or type(error).__name__}")
        if response.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            self._pointless.set()
        return self._outcome(item, digest, response)

    def _outcome(self, item: Item, digest: str, response: httpx.Response) -> Outcome:
        try:
            answer = response.json()
            if response.status_code not in TAKEN:
                waits = response.status_code == HTTPStatus.FORBIDDEN
                what = "failed" if waits else "refused"
                return Outcome(item.path, what, str(answer["detail"]))
            frame_id = str(answer["id"])
        except (ValueError, KeyError, TypeError):
            detail = f"status {response.status_code}, and not from hazardmap"
            return Outcome(item.path, "failed", detail)
        self._journal.add(digest, frame_id)
        return Outcome(item.path, TAKEN[HTTPStatus(response.status_code)], frame_id)

    def _post(self, item: Item, image: bytes) -> httpx.Response:
        """Send once, and again after growing pauses while the server is away or overloaded.

        A pause is as long as the server asks for (Retry-After), but never over a minute.
        """
        files = {"image": (item.path.name, image)}
        data = {"metadata": json.dumps(dict(item.metadata))} if item.metadata else {}
        for delay_s in delays_s(first_s=0.5, factor=2, longest_s=8, tries=5):
            try:
                response = self._client.post("/api/v1/frames", files=files, data=data)
            except httpx.TransportError:
                time.sleep(delay_s)
                continue
            if response.status_code not in RETRIED:
                return response
            time.sleep(max(delay_s, _asked_pause_s(response)))
        return self._client.post("/api/v1/frames", files=files, data=data)


def _asked_pause_s(response: httpx.Response) -> float:
    """Retry-After in seconds; 0 where there is none, or a date (RFC 9110, 10.2.3)."""
    text = response.headers.get("Retry-After", "")
    seconds = text.isascii() and text.isdecimal() and len(text) < 6
    return min(float(text), LONGEST_PAUSE_S) if seconds else 0.0
