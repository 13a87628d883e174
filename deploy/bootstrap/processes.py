"""The web server, the workers and the schedule: honcho with the Procfile, started and stopped."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from io import FileIO
from pathlib import Path

from deploy.bootstrap.account import Account
from deploy.bootstrap.failure import BootstrapError
from deploy.bootstrap.place import Place

MARK = "HAZARDMAP_STACK"  # in the environment of every process of a running stack
READY_PATIENCE_S = 120.0
STOP_PATIENCE_S = 8.0  # honcho itself kills after 5 s what does not end
HONCHO_START_S = 1.0  # a signal before it knows its processes would make it hang
LOG_LIMIT_BYTES = 20_000_000
PR_SET_PDEATHSIG = 1


class ProcessTable:
    """The running Procfile. Its log goes to a file, and to the terminal once `show` is called."""

    def __init__(self, place: Place, environment: Mapping[str, str], log: Path) -> None:
        libc = ctypes.CDLL(None)  # loaded here: not after the fork
        self._log = log
        self._begin = time.monotonic()
        self._shown = threading.Event()
        self._honcho = subprocess.Popen(
            [place.python.with_name("honcho"), "start", "-f", "Procfile", "-e", os.devnull],
            cwd=place.home,
            env={**environment, MARK: str(place.var)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the bootstrap only, which stops in order
            # Should the bootstrap be killed, honcho gets a SIGTERM.
            # So that a killed bootstrap leaves nothing behind; one system call, then exec.
            preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM),  # noqa: PLW1509
            **place.account.popen(),
        )
        self._relay = threading.Thread(target=self._relay_log, daemon=True)
        self._relay.start()

    def wait_until_healthy(self, address: str) -> None:
        """Return once `GET {address}/healthz` answers 200."""
        deadline = time.monotonic() + READY_PATIENCE_S
        reason = "no answer"
        while time.monotonic() < deadline:
            if self._honcho.poll() is not None:
                raise BootstrapError(f"A process ended while starting; see {self._log}.")
            try:
                # Our own loopback address, never somebody's.
                with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:  # noqa: S310
                    if answer.status == 200:
                        return
            except urllib.error.HTTPError as error:
                reason = f"it answers {error.code}"
            except OSError as error:
                reason = str(error)
            time.sleep(0.1)
        raise BootstrapError(
            f"The web server is not healthy after {READY_PATIENCE_S:.0f} s ({reason}); "
            f"see {self._log}."
        )

    def show(self) -> None:
        """From now on print the log to the terminal as well."""
        self._shown.set()

    def wait(self) -> None:
        """Wait until a process of the table ends by itself, which is a failure."""
        self._honcho.wait()
        raise BootstrapError(f"A process ended by itself; see {self._log}.")

    def stop(self) -> None:
        """Ask honcho to end its processes, and wait for it; kill what does not end."""
        self._shown.clear()
        time.sleep(max(0.0, self._begin + HONCHO_START_S - time.monotonic()))
        self._honcho.terminate()
        try:
            self._honcho.wait(STOP_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._honcho.kill()
        self._relay.join(1.0)

    def _relay_log(self) -> None:
        assert self._honcho.stdout is not None  # noqa: S101 - it is a pipe
        sink = self._log.open("wb", buffering=0)
        for line in self._honcho.stdout:
            with contextlib.suppress(OSError):  # a full disk: who does not read on holds up honcho
                sink = self._short(sink)
                sink.write(line)
            if self._shown.is_set():
                with contextlib.suppress(OSError):  # the terminal may be gone
                    sys.stdout.buffer.write(line)
                    sys.stdout.flush()
        sink.close()

    def _short(self, sink: FileIO) -> FileIO:
        """The same file, or a new one in place of one that has become too long."""
        if sink.tell() <= LOG_LIMIT_BYTES:
            return sink
        with contextlib.suppress(FileNotFoundError):  # it went, but there was no room for a new one
            self._log.replace(self._log.with_suffix(".log.old"))
        new = self._log.open("wb", buffering=0)
        sink.close()
        return new


def end_leftovers(var: Path, account: Account) -> None:
    """End the processes of a stack whose bootstrap was killed; returns when they are gone.

    To be called only while no bootstrap of this stack runs, or by that one itself.
    """
    mark = os.fsencode(f"{MARK}={var}")
    for number, patience_s in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + patience_s
        left = _processes_with(mark, account.uid)
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)
        while left and time.monotonic() < deadline:
            time.sleep(0.05)
            left = _processes_with(mark, account.uid)


def _processes_with(mark: bytes, uid: int) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            own = folder.stat().st_uid == uid
            if own and mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found
