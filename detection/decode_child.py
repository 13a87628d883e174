"""The program that decodes hostile pictures, run by `detection.decode` as a process of its own.

It says READY, then reads requests from stdin (REQUEST header with the number of bytes, then a JPEG,
PNG or WebP) and answers each on stdout (REPLY header, then width * height * 3 bytes of RGB if the
code is 0).
Once it has started it can open no file and no socket, cannot fork, holds no secret, and ends with
its stdin. Started as root it becomes `nobody`. It must not import anything of this package: it
is started by its path, in isolated mode.
"""

import contextlib
import ctypes
import os
import pwd
import resource
import signal
import struct
import sys
from io import BytesIO
from typing import Final

# Everything that Pillow may load is imported before the privileges are dropped: afterwards the
# files of the virtual environment may be out of reach. Other formats stay unknown to it.
from PIL import (
    Image,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

PLUGINS: Final = (
    JpegImagePlugin,
    MpoImagePlugin,  # what many phones call a JPEG: the first picture counts
    PngImagePlugin,
    TiffImagePlugin,  # the syntax of EXIF; as a picture format it is not accepted
    WebPImagePlugin,
)
FORMATS: Final = ("JPEG", "PNG", "WEBP")

READY: Final = b"+"
REQUEST: Final = struct.Struct("!I")  # bytes
REPLY: Final = struct.Struct("!B2I")  # code, width, height (px); as received where refused
DECODED, NOT_AN_IMAGE, TRUNCATED, TOO_MANY_PIXELS, TOO_SMALL = range(5)

LONG_SIDE_PX: Final = 1_920
SHORT_SIDE_PX: Final = 32
MAX_PIXELS: Final = 50_000_000
TIMEOUT_S: Final = 10
MEMORY_BYTES: Final = 2 << 30
CLONE_NEWUSER: Final = 0x10000000  # linux/sched.h

ORIENTATION_TAG: Final = 0x0112
TURNS: Final = {  # EXIF 2.32, 4.6.4: how a picture stored with this orientation becomes upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class RefusedError(Exception):
    """The picture gets this code and these dimensions as its answer."""

    def __init__(self, code: int, width: int = 0, height: int = 0) -> None:
        super().__init__(code)
        self.reply = REPLY.pack(code, width, height)


def decode(data: bytes) -> Image.Image:
    """Upright RGB picture with its long side at most LONG_SIDE_PX.

    Raises RefusedError for everything that is not a whole, sensible JPEG, PNG or WebP.
    """
    try:
        image: Image.Image = Image.open(BytesIO(data), formats=FORMATS)
    except Exception as error:
        raise RefusedError(NOT_AN_IMAGE) from error
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise RefusedError(TOO_MANY_PIXELS, width, height)
    if min(width, height) * min(1.0, LONG_SIDE_PX / max(width, height)) < SHORT_SIDE_PX:
        raise RefusedError(TOO_SMALL, width, height)
    turn = _turn(image)
    try:
        if image.mode not in ("RGB", "L", "CMYK"):  # the modes of JPEG, which shrinks as it loads
            image = image.convert("RGB")
        image.thumbnail((LONG_SIDE_PX, LONG_SIDE_PX), Image.Resampling.BILINEAR, reducing_gap=2.0)
        rgb = image.convert("RGB")
    except MemoryError:
        raise
    except Exception as error:
        raise RefusedError(TRUNCATED, width, height) from error
    return rgb if turn is None else rgb.transpose(turn)


def _turn(image: Image.Image) -> Image.Transpose | None:
    try:
        return TURNS.get(image.getexif().get(ORIENTATION_TAG, 1))
    except Exception:  # broken EXIF says nothing about the picture
        return None


def confine() -> None:
    """Give up every right that decoding does not need. Irreversible."""
    nobody = pwd.getpwnam("nobody")
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_NOFILE: 3,  # stdin, stdout, stderr: no file, socket or pipe can be opened
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_CORE: 0,
    }
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))
    system = ctypes.CDLL(None)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(nobody.pw_gid, nobody.pw_gid, nobody.pw_gid)
        os.setresuid(nobody.pw_uid, nobody.pw_uid, nobody.pw_uid)
    # A user namespace of its own keeps it from tracing its parent, who has the same user id. Not
    # every container allows it; then the limits above have to do.
    system.unshare(CLONE_NEWUSER)


def main() -> None:
    """Answer requests until stdin ends."""
    Image.MAX_IMAGE_PIXELS = None  # decode() has its own limit, with its own answer
    Image.preinit = lambda: None  # the accepted formats are there; load no further plugin
    confine()
    source, target = sys.stdin.buffer, sys.stdout.buffer
    target.write(READY)
    target.flush()
    while len(header := source.read(REQUEST.size)) == REQUEST.size:
        data = source.read(REQUEST.unpack(header)[0])
        signal.alarm(TIMEOUT_S + 5)  # in case the parent, who keeps the time, is gone
        try:
            image = decode(data)
        except RefusedError as refused:
            target.write(refused.reply)
        else:
            target.write(REPLY.pack(DECODED, *image.size))
            target.write(image.tobytes())
        target.flush()
        signal.alarm(0)


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        main()
