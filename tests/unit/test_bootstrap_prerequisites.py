"""What is missing is said in one sentence each, before anything is installed."""

import shutil
import socket
from collections import namedtuple
from pathlib import Path

import pytest

from deploy.bootstrap import prerequisites
from deploy.bootstrap.failure import BootstrapError
from deploy.bootstrap.packages import missing_of

Usage = namedtuple("Usage", "total used free")


def test_a_taken_port_names_its_setting_and_another_one() -> None:
    live = "HAZARDMAP_LIVE_PORT"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        says = rf"{live}: .* port {port} \(Address already in use\).*`make up {live}=8010`"
        with pytest.raises(BootstrapError, match=says):
            prerequisites.check_port(live, "127.0.0.1", port)
    prerequisites.check_port(live, "127.0.0.1", port)


def test_a_full_disk_and_missing_programs_are_all_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**11, 0, 3 * 10**9))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(prerequisites, "_os_release", lambda: {"PRETTY_NAME": "Plan 9"})
    with pytest.raises(BootstrapError) as caught:
        prerequisites.check_machine(tmp_path)
    lines = str(caught.value).splitlines()
    assert [line.split(" ")[0] for line in lines] == ["git", "make", "This", "The"]
    assert "3.0 GB free; 10 GB are needed" in lines[-1]


def test_an_installed_clone_needs_little_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**11, 0, 3 * 10**9))
    monkeypatch.setattr(prerequisites, "_os_release", lambda: {"ID": "debian", "VERSION_ID": "12"})
    prerequisites.check_machine(tmp_path)


def test_packages_that_are_not_there_are_missing() -> None:
    assert missing_of(["dpkg", "no-such-package-anywhere"]) == ["no-such-package-anywhere"]
