"""Sends pictures to the upload endpoint, tries again, remembers what was sent."""

import contextlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import quote

import httpx

from hazardmap.core.messages.backoff import delays_s
from hazardmap.core.seeing.lost import LOST

PARALLEL = 4
AHEAD = 2 * PARALLEL
"""So many pictures are in memory at once."""
TIMEOUT_S = 60.0
RETRIED = {429, 502, 503, 504}
NOT_NOW = {HTTPStatus.FORBIDDEN, HTTPStatus.INTERNAL_SERVER_ERROR, *RETRIED}
"""Says nothing of the picture: a later run may send it."""
ENDS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, *RETRIED}
"""The next picture would be answered likewise."""
LONGEST_PAUSE_S = 60.0
SETTLED = "settled"
TAKEN = {HTTPStatus.ACCEPTED: "accepted", HTTPStatus.OK: "repeated"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one picture: `what` is accepted, repeated, refused, failed or left out."""

    path: Path
    what: str
    detail: str


@dataclass(frozen=True, slots=True)
class Picture:
    """metadata: what its EXIF does not say."""

    image: bytes
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """A picture to send: a file, with metadata where its EXIF does not say enough.

    Or one that has to be made out of a file, with a key by which the journal knows it, so that what
    was sent is not made again. note: what its sender should know if it is refused.
    """

    path: Path
    metadata: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    make: Callable[[], Picture | Outcome] | None = None
    note: str = ""

    @property
    def name(self) -> str:
        name = self.path.name if self.make is None else f"{self.path.stem}.jpg"
        return name.encode(errors="replace").decode()


class Journal:
    """Which pictures have been sent, by SHA-256 or key, kept in a file so that a run can resume.

    A line for each: its hash, its frame's id, and a word once the server has looked at it.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._sent: dict[str, str] = {}
        self._settled: set[str] = set()
        if path is not None and path.exists():
            for line in path.read_text(errors="replace").splitlines():
                digest, frame_id, *settled = [*line.split(" "), ""][:3]
                self._sent[digest] = frame_id
                if settled == [SETTLED]:
                    self._settled.add(frame_id)

    def frame_of(self, digest: str) -> str | None:
        return self._sent.get(digest)

    def is_settled(self, frame_id: str) -> bool:
        """Whether the server has looked at this frame, so that it cannot be lost any more."""
        return frame_id in self._settled

    def add(self, digest: str, frame_id: str, *, settled: bool = False) -> None:
        self._sent[digest] = frame_id
        if settled:
            self._settled.add(frame_id)
        if self._path is not None:
            # On a full card no more is kept: what is sent again is known to the server.
            with contextlib.suppress(OSError), self._path.open("a") as file:
                file.write(f"{digest} {frame_id}{f' {SETTLED}' if settled else ''}\n")


def upload(
    items: Iterable[Item],
    *,
    url: str,
    token: str,
    journal: Journal,
    progress: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Send every item to the server at `url`; outcomes come in the order of the items.

    Pictures are read or made one after the other, as there is room. Where one that was made is
    refused, the others out of the same file are not made.
    Once the server stays away or busy, refuses the token or waits for the licence of uploads to be
    agreed to, the rest fails without being sent; a later run sends it. Whoever interrupts it waits
    only for the answers that are under way.
    Raises httpx.InvalidURL.
    """
    headers = {"Authorization": f"Bearer {token}"}
    with (
        httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_S) as client,
        ThreadPoolExecutor(PARALLEL) as pool,
    ):
        sender = _Sender(client, journal)
        outcomes = []
        try:
            for outcome in _in_order(pool, sender, items):
                progress(outcome)
                outcomes.append(outcome)
        except KeyboardInterrupt:
            sender.stop()
            raise
        return outcomes


def _in_order(
    pool: ThreadPoolExecutor, sender: "_Sender", items: Iterable[Item]
) -> Iterator[Outcome]:
    under_way: deque[Future[Outcome]] = deque()
    for item in items:
        under_way.append(pool.submit(sender.send, item, sender.picture(item)))
        if len(under_way) >= AHEAD:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


class _Sender:
    """Sends pictures, from several threads, until there is no point in it."""

    def __init__(self, client: httpx.Client, journal: Journal) -> None:
        self._client, self._journal = client, journal
        self._refused: dict[Path, str] = {}  # files of whose pictures one was refused, and why
        self._pointless = Event()
        self._silent = Event()

    def stop(self) -> None:
        self._pointless.set()

    def pause(self, seconds: float) -> bool:
        """Whether there is a point in going on after it; it ends at once when there is none."""
        return not self._pointless.wait(seconds)

    def picture(self, item: Item) -> Picture | Outcome | None:
        """None where it would be made in vain."""
        vain = self._pointless.is_set() or item.path in self._refused
        if item.make is not None and (vain or self._journal.frame_of(item.key)):
            return None
        return _picture(item)

    def send(self, item: Item, picture: Picture | Outcome | None) -> Outcome:
        if isinstance(picture, Outcome):
            return picture
        key = item.key or sha256(picture.image if picture else b"").hexdigest()
        if (frame_id := self._journal.frame_of(key)) and not self._is_lost(key, frame_id):
            return Outcome(item.path, "repeated", frame_id)
        if self._pointless.is_set():
            return _unsent(item)
        if reason := self._refused.get(item.path):
            return Outcome(item.path, "refused", reason)
        if picture is None:  # it was sent, and lost
            picture = _picture(item)
        return picture if isinstance(picture, Outcome) else self._sent(item, key, picture)

    def _sent(self, item: Item, key: str, picture: Picture) -> Outcome:
        try:
            response = self._post(item.name, picture)
        except httpx.HTTPError as error:
            self._pointless.set()
            return Outcome(item.path, "failed", f"no answer: {error or type(error).__name__}")
        if response is None:
            return _unsent(item)
        if response.status_code in ENDS:
            self._pointless.set()
        outcome = self._outcome(item, key, response)
        if item.make is not None and outcome.what == "refused":
            self._refused[item.path] = outcome.detail
        return outcome

    def _is_lost(self, digest: str, frame_id: str) -> bool:
        """Whether the server lost a frame before it could look. Where it is silent: no."""
        if self._journal.is_settled(frame_id) or self._silent.is_set():
            return False
        try:
            response = self._client.get(f"/api/v1/frames/{quote(frame_id, safe='')}")
            told = response.json() if response.status_code == HTTPStatus.OK else {}
            state, reason = told.get("state"), told.get("reason")
        except httpx.HTTPError:
            self._silent.set()
            return False
        except (ValueError, AttributeError):
            return False
        if state == "rejected" and reason in LOST:
            return True
        if state in {"detected", "rejected"}:
            self._journal.add(digest, frame_id, settled=True)
        return False

    def _outcome(self, item: Item, digest: str, response: httpx.Response) -> Outcome:
        try:
            answer = response.json()
            if response.status_code not in TAKEN:
                what = "failed" if response.status_code in NOT_NOW else "refused"
                why = f"{answer['detail']}; {item.note}" if item.note else str(answer["detail"])
                return Outcome(item.path, what, why)
            frame_id = str(answer["id"])
        except (ValueError, KeyError, TypeError):
            detail = f"status {response.status_code}, and not from hazardmap"
            return Outcome(item.path, "failed", detail)
        self._journal.add(digest, frame_id)
        return Outcome(item.path, TAKEN[HTTPStatus(response.status_code)], frame_id)

    def _post(self, name: str, picture: Picture) -> httpx.Response | None:
        """Send once, and again after growing pauses while the server is away or overloaded.

        A pause is as long as the server asks for (Retry-After), but never over a minute. None where
        there is no point in it any more.
        """
        files = {"image": (name, picture.image)}
        data = {"metadata": json.dumps(dict(picture.metadata))} if picture.metadata else {}
        for delay_s in delays_s(first_s=0.5, longest_s=8, tries=5):
            try:
                response = self._client.post("/api/v1/frames", files=files, data=data)
                asked_s = _asked_pause_s(response)
            except httpx.TransportError:
                response, asked_s = None, 0.0
            if response is not None and response.status_code not in RETRIED:
                return response
            if not self.pause(max(delay_s, asked_s)):
                return None
        return self._client.post("/api/v1/frames", files=files, data=data)


def _picture(item: Item) -> Picture | Outcome:
    if item.make is not None:
        return item.make()
    try:
        return Picture(item.path.read_bytes(), item.metadata)
    except OSError as error:
        return Outcome(item.path, "failed", error.strerror or str(error))


def _unsent(item: Item) -> Outcome:
    return Outcome(item.path, "failed", "not sent, like another picture")


def _asked_pause_s(response: httpx.Response) -> float:
    """Retry-After in seconds; 0 where there is none, or a date (RFC 9110, 10.2.3)."""
    text = response.headers.get("Retry-After", "")
    seconds = text.isascii() and text.isdecimal() and len(text) < 6
    return min(float(text), LONGEST_PAUSE_S) if seconds else 0.0
