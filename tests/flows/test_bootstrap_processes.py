"""The Procfile's processes start, answer, and are gone after the stop, whatever was killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.bootstrap.account import Account
from deploy.bootstrap.failure import BootstrapError
from deploy.bootstrap.place import Place
from deploy.bootstrap.processes import MARK, ProcessTable, end_leftovers

ME = Account(os.geteuid(), os.getegid())
ENVIRONMENT = {"PATH": os.defpath}
WEB = f'web: exec {sys.executable} -m http.server "$PORT_NUMBER" --bind 127.0.0.1\n'
STUBBORN = "stubborn: trap '' TERM; while true; do sleep 0.1; done\n"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A home with this interpreter's programs, whose `healthz` is a file that is served."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "healthz").write_text("ok")
    place = Place(tmp_path, tmp_path, ME)
    yield place
    end_leftovers(place.var, ME)


def _marked(place: Place) -> list[str]:
    listed = subprocess.check_output(["ps", "-e", "e", "-ww", "-o", "args="], text=True)
    return [line for line in listed.splitlines() if f"{MARK}={place.var}" in line]


def _start(place: Place, procfile: str) -> tuple[ProcessTable, str]:
    (place.home / "Procfile").write_text(procfile)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    environment = {**ENVIRONMENT, "PORT_NUMBER": port}
    return ProcessTable(place, environment, place.log("up")), f"http://127.0.0.1:{port}"


def test_start_answer_stop(place: Place) -> None:
    table, address = _start(place, WEB)
    table.wait_until_healthy(address)
    assert _marked(place)
    begin = time.monotonic()
    table.stop()
    assert time.monotonic() - begin < 4
    assert _marked(place) == []


def test_one_that_ignores_the_signal_is_killed(place: Place) -> None:
    table, address = _start(place, WEB + STUBBORN)
    table.wait_until_healthy(address)
    table.stop()
    end_leftovers(place.var, ME)
    assert _marked(place) == []


def test_a_process_that_fails_is_one_sentence_with_its_log(place: Place) -> None:
    table, address = _start(place, "web: echo no such module; exit 3\n")
    with pytest.raises(BootstrapError, match=r"ended while starting; see .*up\.log"):
        table.wait_until_healthy(address)
    table.stop()
    assert "no such module" in place.log("up").read_text()


def test_on_a_full_disk_the_end_of_a_process_is_still_noticed(place: Place) -> None:
    """Honcho waits for whoever reads what it says, and would not see it."""
    (place.home / "talk.py").write_text("for _ in range(5000): print('x' * 100)\n")
    place.log("up").symlink_to("/dev/full")  # answers as a full disk does
    table, _ = _start(place, f"talker: exec {sys.executable} talk.py\n")
    table._honcho.wait(30)
    table.stop()


def test_what_a_killed_honcho_leaves_is_ended(place: Place) -> None:
    table, address = _start(place, WEB)
    table.wait_until_healthy(address)
    table._honcho.send_signal(signal.SIGKILL)
    with pytest.raises(BootstrapError, match="ended by itself"):
        table.wait()
    assert _marked(place), "the web server lives on without honcho"
    end_leftovers(place.var, ME)
    assert _marked(place) == []
