"""How requests are sent: patiently, once where they write, and to the site of the key alone."""

import json
import random
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from types import TracebackType
from typing import Any, Final, NamedTuple, Self
from uuid import uuid4

import httpx

from .failure import ApiError, retry_after_s

_BUSY: Final = frozenset({429, 502, 503, 504})
_UNDER_WAY: Final = 409
_UNCHANGED: Final = 304
_ELSEWHERE: Final = 307
_MISSING: Final = 404
_LONGEST_PAUSE_S: Final = 60.0
JSON = dict[str, Any]


class _Kept(NamedTuple):
    tag: str
    content: bytes


class Sending:
    """url: of the site. key: of the buyer. tries: how often a request is sent, at most.

    A request is sent again where the server is busy or away, after a pause that doubles, and never
    earlier than `Retry-After` says: where that is more than a minute, not at all. Every POST that
    writes carries an `Idempotency-Key`, so that it happens once. Raises ApiError where the server
    refuses, httpx.TransportError where it is away.

    keep: how many answers to questions without a body are remembered. The same question is then
    asked with `If-None-Match`: where nothing but time has gone by it is free, and what comes is
    the answer of before, with its `as_of` and `probability` of then.
    """

    def __init__(
        self,
        url: str,
        *,
        key: str,
        timeout_s: float = 30.0,
        tries: int = 5,
        first_pause_s: float = 0.5,
        keep: int = 0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._tries, self._first_pause_s = tries, first_pause_s
        self._keep, self._kept, self._lock = keep, OrderedDict[str, _Kept](), Lock()
        self._http = httpx.Client(
            base_url=f"{url.rstrip('/')}/api/v1/",
            headers={"Authorization": f"Bearer {key}"},
            timeout=timeout_s,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def _features(
        self, method: str, path: str, query: Mapping[str, Any], body: Any = None
    ) -> Iterator[JSON]:
        for page in self._pages(method, path, query, body):
            yield from page["features"]

    def _pages(
        self, method: str, path: str, query: Mapping[str, Any], body: Any = None
    ) -> Iterator[JSON]:
        page = self._json(method, path, query, body)
        while True:
            yield page
            onward = [link["href"] for link in page["links"] if link["rel"] == "next"]
            if not onward:
                return
            page = self._json(method, self._there(onward[0]), None, body)

    def _there(self, link: str) -> httpx.URL:
        """A key goes nowhere but to the site that it is for, whatever a link says."""
        return self._http.base_url.copy_with(raw_path=httpx.URL(link).raw_path)

    def _json(
        self,
        method: str,
        path: str | httpx.URL,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        *,
        writes: bool = False,
    ) -> Any:
        """What is answered; None where the answer is empty."""
        headers = {"Idempotency-Key": f'"{uuid4()}"'} if writes else {}
        params = None if query is None else _query(query)  # a link has its query already
        request = self._http.build_request(method, path, params=params, json=body, headers=headers)
        name = str(request.url)
        kept = self._kept.get(name) if method == "GET" else None
        if kept is not None:
            request.headers["If-None-Match"] = kept.tag
        answer = self._patiently(request)
        if answer.status_code == _ELSEWHERE and method == "GET":
            return self._json(method, self._there(answer.headers["Location"]))
        if kept is not None and answer.status_code == _UNCHANGED:
            self._remember(name, kept)
            return json.loads(kept.content)
        if answer.is_error:
            raise ApiError(answer)
        if method == "GET" and "ETag" in answer.headers:
            self._remember(name, _Kept(answer.headers["ETag"], answer.content))
        return answer.json() if answer.content else None

    def _remove(self, path: str) -> bool:
        """False where there is none: it may have gone by a request whose answer was lost."""
        try:
            self._json("DELETE", path)
        except ApiError as error:
            if error.status != _MISSING:
                raise
            return False
        return True

    @contextmanager
    def _stream(
        self, path: str, query: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Iterator[httpx.Response]:
        """As patient as others until the answer begins; what breaks off later is not sent again."""
        request = self._http.build_request("GET", path, params=_query(query), headers=headers)
        answer = self._patiently(request, stream=True)
        try:
            if answer.is_error:
                answer.read()
                raise ApiError(answer)
            yield answer
        finally:
            answer.close()

    def _patiently(self, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
        pause_s = self._first_pause_s
        for left in reversed(range(self._tries)):
            try:
                answer = self._http.send(request, stream=stream)
            except httpx.TransportError:
                if not left:
                    raise
                asked_s = 0.0
            else:
                under_way = answer.status_code == _UNDER_WAY and request.method == "POST"
                asked_s = retry_after_s(answer)
                passes = under_way or answer.status_code in _BUSY
                if not left or not passes or asked_s > _LONGEST_PAUSE_S:
                    return answer
                answer.close()
            # Many who were refused at once do not come back at once.
            time.sleep(max(asked_s, pause_s * random.uniform(0.5, 1.0)))  # noqa: S311 - no secret hangs on it
            pause_s = min(pause_s * 2.0, _LONGEST_PAUSE_S)
        raise AssertionError("tries is below 1")

    def _remember(self, name: str, answer: _Kept) -> None:
        """The ones that were asked for longest ago are forgotten."""
        with self._lock:
            self._kept[name] = answer
            self._kept.move_to_end(name)
            while len(self._kept) > self._keep:
                self._kept.popitem(last=False)


def _query(values: Mapping[str, Any]) -> dict[str, str]:
    """As the server reads it: true and false, lists with commas; None is left out."""
    return {name: _text(value) for name, value in values.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
