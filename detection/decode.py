"""Decode hostile pictures outside this process.

The bytes go to a child process (`decode_child.py`) that has no rights, 2 GiB of address space and
ten seconds for each picture. What kills the child costs one frame: the next gets a new child.
"""

import contextlib
import subprocess
import sys
import threading
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from detection import decode_child as child

PROGRAM: Final = Path(child.__file__)
BEGINS_WITHIN_S: Final = 30.0


class Reason(StrEnum):
    """Why a frame cannot be used; the codes are shown to its contributor."""

    NOT_AN_IMAGE = "not_an_image"
    TRUNCATED = "truncated"
    TOO_MANY_PIXELS = "too_many_pixels"
    DECODE_TIMEOUT = "decode_timeout"
    DECODER_CRASHED = "decoder_crashed"


@dataclass(frozen=True, slots=True)
class Rejection:
    """A frame that could not be decoded. detail: one sentence for people."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """An upright picture.

    rgb: height x width x 3, uint8, long side at most 1,920 px.
    """

    rgb: NDArray[np.uint8]


class NotStarted(OSError):
    """The child cannot begin: a lack of memory or processes, and no picture's fault."""


class Decoder:
    """Decodes one picture after the other in one child process, started when first needed.

    Not for use by several threads or across a fork. Close it, or use it in a `with`.
    """

    def __init__(self, timeout_s: float = child.TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child. The decoder may be used again and then starts a new one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        with contextlib.suppress(BrokenPipeError):
            process.communicate()

    def decode(self, data: bytes) -> Decoded | Rejection:
        """Decode a JPEG, PNG or WebP; never raises because of what the bytes are.

        Raises NotStarted.
        """
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = _start()
        late = threading.Event()
        timer = threading.Timer(self._timeout_s, _end, (self._process, late))
        timer.start()
        try:
            return _ask(self._process, data)
        except (OSError, EOFError, ValueError):
            self.close()
            if late.is_set():
                detail = f"decoding took longer than {self._timeout_s:g} s"
                return Rejection(Reason.DECODE_TIMEOUT, detail)
            return Rejection(Reason.DECODER_CRASHED, "the picture brought the decoder down")
        finally:
            timer.cancel()


def _start() -> subprocess.Popen[bytes]:
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-B", str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,  # a Ctrl-C is for the parent, which closes the child
        )
    except OSError as error:
        raise NotStarted(error.errno, error.strerror) from error
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    timer = threading.Timer(BEGINS_WITHIN_S, process.kill)
    timer.start()
    said = process.stdout.read(len(child.READY))
    timer.cancel()
    if said != child.READY:
        process.kill()
        process.communicate()
        raise NotStarted("the process that decodes pictures ends before it has one")
    return process


def _end(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _ask(process: subprocess.Popen[bytes], data: bytes) -> Decoded | Rejection:
    """One request and its answer. Raises OSError, EOFError or ValueError where the child fails.

    The answer is checked as if the child had been taken over by the picture.
    """
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    process.stdin.write(child.REQUEST.pack(len(data)))
    process.stdin.write(data)
    process.stdin.flush()
    header = process.stdout.read(child.REPLY.size)
    if len(header) != child.REPLY.size:
        raise EOFError
    code, width, height = child.REPLY.unpack(header)
    if code != child.DECODED:
        return _rejection(code, width, height)
    if not (0 < width <= child.LONG_SIDE_PX and 0 < height <= child.LONG_SIDE_PX):
        raise ValueError
    pixels = process.stdout.read(width * height * 3)
    if len(pixels) != width * height * 3:
        raise EOFError
    rgb = np.frombuffer(pixels, np.uint8).reshape(height, width, 3)
    return Decoded(rgb)


def _rejection(code: int, width: int, height: int) -> Rejection:
    """The words for a code of the child. Raises ValueError on a code that it does not have."""
    if code == child.NOT_AN_IMAGE:
        return Rejection(Reason.NOT_AN_IMAGE, "not a JPEG, PNG or WebP picture")
    if code == child.TRUNCATED:
        return Rejection(Reason.TRUNCATED, "the picture is damaged or ends too early")
    if code == child.TOO_MANY_PIXELS:
        limit = child.MAX_PIXELS // 1_000_000
        detail = f"{width} x {height} px is more than {limit} megapixels"
        return Rejection(Reason.TOO_MANY_PIXELS, detail)
    if code == child.TOO_SMALL:
        return Rejection(Reason.NOT_AN_IMAGE, f"{width} x {height} px is too small to show a road")
    raise ValueError(code)
