"""The program that decodes a video, run by `hazardmap.footage.stills` as a process of its own.

Its argument is the file. It reads requests from stdin (a moment) and answers each on stdout: a
head, then a JPEG where the code is STILL. What brings FFmpeg down ends this process only. It must
not import anything of this package: it is started by its path, in isolated mode.
"""

import contextlib
import struct
import sys
from collections.abc import Callable
from typing import Any, Final

import cv2
import numpy as np

if sys.platform != "win32":  # which bounds nothing so
    import resource

REQUEST: Final = struct.Struct("!d")  # seconds since the video began
REPLY: Final = struct.Struct("!BdI")  # code, seconds of the still, bytes of the JPEG
STILL, BLURRED, ENDED, UNREADABLE, BUSY = range(5)
ENVIRONMENT: Final = {
    # A file that says to be something else, such as a playlist, leads to no other file or server.
    "OPENCV_FFMPEG_CAPTURE_OPTIONS": "protocol_whitelist;file|"
    "format_whitelist;mov,mp4,m4a,3gp,3g2,mj2",
    "OPENCV_FFMPEG_LOGLEVEL": "-8",
    "OPENCV_LOG_LEVEL": "SILENT",
}

WINDOW_S: Final = 0.2
"""Of the frames within it the sharpest is taken: a bump of the road blurs one or two."""
LONG_SIDE_PX: Final = 1_920  # more the site does not look at
QUALITY: Final = 90
# Variance of the Laplacian over that of brightness, at 320 px: what the site calls blurred.
SHARP_RATIO: Final = 0.006
MEASURED_PX: Final = 320
BUSY_EVERY: Final = 100  # frames
MEMORY_BYTES: Final = 8 << 30

Picture = Any  # height x width x 3, BGR, uint8


class Film:
    """Goes forward through a video."""

    def __init__(self, path: str) -> None:
        self._capture = cv2.VideoCapture(path, cv2.CAP_FFMPEG)
        self.opened = self._capture.isOpened()
        self._at_s: float | None = None  # of the frame that is grabbed

    def still(self, at_s: float, busy: Callable[[], None]) -> tuple[int, float, bytes]:
        """Code, seconds and JPEG of the sharpest frame from this moment on."""
        count = 0
        while self._at_s is None or self._at_s < at_s:
            if not self._grab():
                return ENDED, 0.0, b""
            count += 1
            if count % BUSY_EVERY == 0:
                busy()
        best: Picture = None
        sharpest, found_s = -1.0, 0.0
        while True:
            whole, picture = self._capture.retrieve()
            if whole and (sharp := sharpness(picture)) > sharpest:
                best, sharpest, found_s = picture, sharp, self._at_s
            if not self._grab() or self._at_s >= at_s + WINDOW_S:
                break
        if best is None:
            return UNREADABLE, 0.0, b""
        return (BLURRED if sharpest < SHARP_RATIO else STILL), found_s, encoded(best)

    def _grab(self) -> bool:
        grabbed = bool(self._capture.grab())
        self._at_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000 if grabbed else None
        return grabbed


def sharpness(picture: Picture) -> float:
    grey = cv2.cvtColor(smaller(picture, MEASURED_PX), cv2.COLOR_BGR2GRAY)
    spread = float(np.var(grey))
    return float(cv2.Laplacian(grey, cv2.CV_32F).var()) / spread if spread > 0 else 0.0


def smaller(picture: Picture, long_side_px: int) -> Picture:
    height, width = picture.shape[:2]
    scale = long_side_px / max(height, width)
    if scale >= 1:
        return picture
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def encoded(picture: Picture) -> bytes:
    _, jpeg = cv2.imencode(
        ".jpg", smaller(picture, LONG_SIDE_PX), [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    )
    return bytes(jpeg)


def bound() -> None:
    """What a file may make of this process."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Answer requests until stdin ends."""
    bound()
    source, target = sys.stdin.buffer, sys.stdout.buffer

    def answer(code: int, at_s: float = 0.0, jpeg: bytes = b"") -> None:
        target.write(REPLY.pack(code, at_s, len(jpeg)) + jpeg)
        target.flush()

    film = Film(sys.argv[1])
    while len(request := source.read(REQUEST.size)) == REQUEST.size:
        if not film.opened:
            answer(UNREADABLE)
            continue
        (at_s,) = REQUEST.unpack(request)
        answer(*film.still(at_s, lambda: answer(BUSY)))


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        main()
