"""A client of the upload endpoint: sends files, tries again, remembers what was sent."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx

from hazardmap.core.backoff import delays_s

PARALLEL = 4
TIMEOUT_S = 60.0
RETRIED = {429, 502, 503, 504}


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
            for line in path.read_text().splitlines():
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
    """Send every item to the server at `url`; outcomes come in the order of the items."""
    headers = {"Authorization": f"Bearer {token}"}
    with (
        httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_S) as client,
        ThreadPoolExecutor(PARALLEL) as pool,
    ):
        outcomes = []
        for outcome in pool.map(lambda item: _send(client, item, journal), items):
            progress(outcome)
            outcomes.append(outcome)
        return outcomes


def _send(client: httpx.Client, item: Item, journal: Journal) -> Outcome:
    try:
        image = item.path.read_bytes()
    except OSError as error:
        return Outcome(item.path, "failed", error.strerror or str(error))
    digest = sha256(image).hexdigest()
    if frame_id := journal.frame_of(digest):
        return Outcome(item.path, "repeated", frame_id)
    try:
        response = _post(client, item, image)
    except httpx.HTTPError as error:
        return Outcome(item.path, "failed", f"no answer: {error or type(error).__name__}")
    if response.is_success:
        frame_id = str(response.json()["id"])
        journal.add(digest, frame_id)
        accepted = response.status_code == HTTPStatus.ACCEPTED
        return Outcome(item.path, "accepted" if accepted else "repeated", frame_id)
    return Outcome(item.path, "refused", _reason(response))


def _post(client: httpx.Client, item: Item, image: bytes) -> httpx.Response:
    """Send once, and again after growing pauses while the server is away or overloaded."""
    files = {"image": (item.path.name, image)}
    data = {"metadata": json.dumps(dict(item.metadata))} if item.metadata else {}
    for delay_s in delays_s(first_s=0.5, factor=2, longest_s=8, tries=5):
        try:
            response = client.post("/api/v1/frames", files=files, data=data)
        except httpx.TransportError:
            time.sleep(delay_s)
            continue
        if response.status_code not in RETRIED:
            return response
        time.sleep(delay_s)
    return client.post("/api/v1/frames", files=files, data=data)


def _reason(response: httpx.Response) -> str:
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"status {response.status_code}"
