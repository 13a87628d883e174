"""The mirror of a clone that the services cannot read holds what git holds, and nothing more."""

import os
import subprocess
from pathlib import Path

import pytest

from deploy.bootstrap import place as place_module
from deploy.bootstrap.account import Account
from deploy.bootstrap.mirror import place_of, update_mirror
from deploy.bootstrap.place import Place, own_folder


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A small clone, and where its mirror belongs."""
    monkeypatch.setattr(place_module, "PERSISTENT_TEMPORARY", tmp_path)
    clone = tmp_path / "clone"
    (clone / "code").mkdir(parents=True)
    subprocess.run(["git", "init", "--quiet", clone], check=True)
    (clone / ".gitignore").write_text("/.venv\n/var/\n")
    (clone / "Makefile").write_text("all:\n")
    (clone / "code" / "zażółć.py").write_text("x = 1\n")
    (clone / "code" / "run").write_text("#!/bin/sh\n")
    (clone / "code" / "run").chmod(0o700)
    (clone / "var").mkdir()
    (clone / "var" / "state").write_text("not mirrored")
    return Place(clone, own_folder(clone) / "app", Account(os.geteuid(), os.getegid()))


def _files(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(folder)) for path in found}


def test_it_follows_the_clone(place: Place) -> None:
    update_mirror(place)
    listed = {".gitignore", "Makefile", "code/run"}
    assert _files(place.home) == listed | {"code/zażółć.py", "source_files.txt"}
    (place.clone / "code" / "zażółć.py").unlink()
    (place.clone / "Makefile").write_text("all: new\n")
    (place.home / "frontend").mkdir()
    (place.home / "frontend" / "built").write_text("made there, stays there")
    update_mirror(place)
    assert _files(place.home) == listed | {"frontend/built", "source_files.txt"}
    assert (place.home / "Makefile").read_text() == "all: new\n"


def test_others_may_read_it_and_the_clone_links_it(place: Place) -> None:
    update_mirror(place)
    assert (place.home / "code" / "run").stat().st_mode & 0o777 == 0o755
    assert (place.home / "Makefile").stat().st_mode & 0o777 == 0o644
    assert (place.clone / "var" / "elsewhere").readlink() == place.home
    assert (place.clone / ".venv").readlink() == place.home / ".venv"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs services as somebody else")
def test_only_an_unreadable_clone_is_mirrored(place: Place) -> None:
    nobody = Account(65534, 65534)
    for folder in (place.clone, *list(place.clone.parents)[:-2]):
        folder.chmod(0o755)
    assert place_of(place.clone, nobody).home == place.clone
    place.clone.chmod(0o700)
    assert place_of(place.clone, nobody) == Place(place.clone, place.home, nobody)
