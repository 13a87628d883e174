"""Pictures out of a video, decoded outside this process (`stills_child.py`)."""

import contextlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Timer
from typing import Final, Self

from hazardmap.footage import stills_child as child
from hazardmap.footage.unusable import Blurred, Unusable

PROGRAM: Final = Path(child.__file__)
SILENCE_S: Final = 60.0
LARGEST_BYTES: Final = 20_000_000  # what the site takes

_WHY: Final = {
    child.BLURRED: Blurred("is too blurred here"),
    child.ENDED: Unusable("its pictures end earlier than it says, or are damaged"),
    child.UNREADABLE: Unusable("its pictures cannot be decoded"),
}


@dataclass(frozen=True, slots=True)
class Still:
    """at_s: since the video began, within a fifth of a second after what was asked for."""

    at_s: float
    jpeg: bytes


class Reel:
    """The pictures of one video: going forward is cheap, going back starts from its beginning.

    For several threads, one after the other. Close it, or use it in a `with`; it can be used again.
    """

    def __init__(self, path: Path, silence_s: float = SILENCE_S) -> None:
        self._path, self._silence_s = path, silence_s
        self._process: subprocess.Popen[bytes] | None = None
        self._asked_s = 0.0
        self._turn = Lock()
        self._fatal: Unusable | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._turn:
            self._close()

    def still(self, at_s: float) -> Still | Unusable:
        """The sharpest picture just after a moment: the same bytes whenever it is asked for."""
        with self._turn:
            if self._fatal is not None:
                return self._fatal
            if at_s < self._asked_s:
                self._close()
            self._asked_s = at_s
            try:
                self._process = self._process or _start(self._path)
                return self._ask(self._process, at_s)
            except (OSError, EOFError):
                self._close()
                self._fatal = Unusable("it brings the decoder down, or keeps it for too long")
                return self._fatal

    def _ask(self, process: subprocess.Popen[bytes], at_s: float) -> Still | Unusable:
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        process.stdin.write(child.REQUEST.pack(at_s))
        process.stdin.flush()
        code = child.BUSY
        while code == child.BUSY:
            code, found_s, size = child.REPLY.unpack(self._read(process, child.REPLY.size))
        if size > LARGEST_BYTES:
            raise EOFError
        jpeg = self._read(process, size)
        return _WHY[code] if code in _WHY else Still(found_s, jpeg)

    def _read(self, process: subprocess.Popen[bytes], size: int) -> bytes:
        """Raises EOFError where it ends, or is silent for too long and is ended."""
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        timer = Timer(self._silence_s, process.kill)
        timer.start()
        try:
            data = process.stdout.read(size)
        finally:
            timer.cancel()
        if len(data) != size:
            raise EOFError
        return data

    def _close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with contextlib.suppress(BrokenPipeError):
                process.communicate()


def _start(path: Path) -> subprocess.Popen[bytes]:
    with path.open("rb") as file:
        return subprocess.Popen(
            # By its number, as OpenCV takes no name that is not UTF-8.
            [sys.executable, "-I", "-B", str(PROGRAM), f"/dev/fd/{file.fileno()}"],
            pass_fds=[file.fileno()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=child.ENVIRONMENT,
            cwd="/",
            start_new_session=True,  # a Ctrl-C is for the parent, which closes the child
        )
