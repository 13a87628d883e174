"""The archive of the whole map as a download, and in parts (RFC 9110, section 14)."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from threading import BoundedSemaphore
from typing import BinaryIO, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from hazardmap.platform.limited import limited
from hazardmap.platform.problems import answer

PARTS_PER_MINUTE: Final = 600
MEDIA_TYPE: Final = "application/vnd.pmtiles"
CHUNK_BYTES: Final = 65_536
SHORT_BYTES: Final = 262_144
LONG_AT_ONCE: Final = 2
"""Whatever is longer than SHORT_BYTES holds a thread for as long as its reader takes."""
_PART: Final = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_seats = BoundedSemaphore(LONG_AT_ONCE)


@require_safe
@limited("parts of the archive", PARTS_PER_MINUTE)
def archive(request: HttpRequest) -> HttpResponseBase:
    """The file, or the one part of it that is asked for; several parts at once are not given."""
    with ExitStack() as held:
        try:
            file = held.enter_context(Path(settings.TILE_EXPORT).open("rb"))
        except FileNotFoundError:
            return answer(404, "There is no archive yet; it is made every night.")
        status = os.fstat(file.fileno())
        headers = _headers(status)
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        part = _part_asked(request, status.st_size, headers["ETag"])
        first, end = part or (0, status.st_size)
        if first >= end:
            return _beyond(status.st_size)
        if end - first > SHORT_BYTES and request.method == "GET":
            if not _seats.acquire(blocking=False):
                return _busy()
            held.callback(_seats.release)
        if part:
            headers["Content-Range"] = f"bytes {first}-{end - 1}/{status.st_size}"
        return StreamingHttpResponse(
            _Body(file, first, end, held.pop_all()),
            status=HTTPStatus.PARTIAL_CONTENT if part else HTTPStatus.OK,
            content_type=MEDIA_TYPE,
            headers=headers | {"Content-Length": str(end - first)},
        )


class _Body(Iterator[bytes]):
    """Bytes first to end of a file; closed, it lets go of everything that is held."""

    def __init__(self, file: BinaryIO, first: int, end: int, held: ExitStack) -> None:
        file.seek(first)
        self._file, self._left, self.close = file, end - first, held.close

    def __next__(self) -> bytes:
        chunk = self._file.read(min(self._left, CHUNK_BYTES))
        self._left -= len(chunk)
        if not chunk:
            raise StopIteration
        return chunk


def _headers(status: os.stat_result) -> dict[str, str]:
    return {
        "Accept-Ranges": "bytes",
        "Cache-Control": "public, max-age=3600",
        "ETag": f'"{int(status.st_mtime):x}-{status.st_size:x}"',  # as nginx makes it
        "Last-Modified": http_date(status.st_mtime),
    }


def _part_asked(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """First byte and the one behind the last; None: the whole, also of a file that has changed."""
    match = _PART.fullmatch(request.headers.get("Range", "").strip())
    if not match or match.group() == "bytes=-" or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = (int(number) if number else None for number in match.groups())
    if first is None:
        return max(0, size - (last or 0)), size
    if last is not None and last < first:
        return None
    return first, size if last is None else min(last + 1, size)


def _beyond(size: int) -> HttpResponse:
    refused = answer(416, f"The archive ends at byte {size}.")
    refused.headers["Content-Range"] = f"bytes */{size}"
    return refused


def _busy() -> HttpResponse:
    refused = answer(503, f"{LONG_AT_ONCE} others are downloading; ask for less, or later.")
    refused.headers["Retry-After"] = "30"
    return refused
