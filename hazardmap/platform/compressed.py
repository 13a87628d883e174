"""Answers to programs are compressed as they can read them: zstd, br or gzip.

Pages are not: they hold secrets of a session beside what somebody else may have put into the
address (the BREACH attack). Programs show their key in a header, which no other site can send.
"""

import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import brotli
import zstandard
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from hazardmap.platform.request_id import TRACED

LEAST_BYTES: Final = 400
_BROTLI, _GZIP, _ZSTD = 4, 5, 3  # levels at which a page of hazards takes a few milliseconds
_WHOLE: Final[dict[str, Callable[[bytes], bytes]]] = {
    "zstd": lambda body: zstandard.ZstdCompressor(level=_ZSTD).compress(body),
    "br": lambda body: brotli.compress(body, quality=_BROTLI),
    "gzip": lambda body: gzip.compress(body, _GZIP, mtime=0),
}
"""By the name of the coding (RFC 9110, 8.4.1); the first are liked most."""
_INCOMPRESSIBLE: Final = ("application/vnd.apache.parquet", "image/")


class Compressed:
    """Compresses what is large enough, and says by `Vary` that it may."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith(TRACED) or response.has_header("Content-Encoding"):
            return response
        if response.get("Content-Type", "").startswith(_INCOMPRESSIBLE):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        coding = chosen(request.headers.get("Accept-Encoding", ""))
        if coding is None or request.method == "HEAD":
            return response
        if response.streaming:
            response.streaming_content = _in_parts(coding, response.streaming_content)  # type: ignore[attr-defined]
            del response.headers["Content-Length"]
        elif len(response.content) < LEAST_BYTES:
            return response
        else:
            response.content = _WHOLE[coding](response.content)
            response.headers["Content-Length"] = str(len(response.content))
        response.headers["Content-Encoding"] = coding
        tag = response.get("ETag", "")
        if tag.startswith('"'):  # strong: the same bytes
            response.headers["ETag"] = f"W/{tag}"
        return response


def chosen(accepted: str) -> str | None:
    """The coding for an `Accept-Encoding` (RFC 9110, 12.5.3); None for none."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _, more = part.strip().partition(";")
        key, _, value = more.strip().partition("=")
        try:
            weights[name.strip()] = float(value) if key.strip() == "q" else 1.0
        except ValueError:
            weights[name.strip()] = 0.0
    anything = weights.get("*", 0.0)
    known = {name: weights.get(name, anything) for name in _WHOLE}
    best = max(known, key=lambda name: known[name])
    return best if known[best] > 0.0 else None


def _in_parts(coding: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Each chunk can be read by the client before the next one is there."""
    add, flush, finish = _compressor(coding)
    try:
        for chunk in chunks:
            yield add(chunk) + flush()
        yield finish()
    finally:
        if close := getattr(chunks, "close", None):
            close()


def _compressor(coding: str) -> tuple[Callable[[bytes], bytes], Any, Any]:
    """What takes bytes, what lets go of all that was taken, and what ends it."""
    if coding == "zstd":
        zstd = zstandard.ZstdCompressor(level=_ZSTD).compressobj()
        block = zstandard.COMPRESSOBJ_FLUSH_BLOCK
        return zstd.compress, lambda: zstd.flush(block), zstd.flush
    if coding == "br":
        br = brotli.Compressor(quality=_BROTLI)
        return br.process, br.flush, br.finish
    zipped = zlib.compressobj(_GZIP, wbits=31)
    return zipped.compress, lambda: zipped.flush(zlib.Z_SYNC_FLUSH), zipped.flush
