"""Sockets stay within the kernel's limit, and nobody else's folder is ever used."""

import os
import stat
from pathlib import Path

import pytest

from deploy.bootstrap.account import Account
from deploy.bootstrap.failure import BootstrapError
from deploy.bootstrap.place import LONGEST_SOCKET, Place, own_folder, service_folder

pytestmark = pytest.mark.usefixtures("temporary")
ME = Account(os.geteuid(), os.getegid())


def _place(clone: Path) -> Place:
    clone.mkdir(parents=True, exist_ok=True)
    return Place(clone, clone, ME)


def test_services_live_in_var_where_the_path_is_short(temporary: Path) -> None:
    place = _place(temporary / "clone")
    folder = service_folder(place, "services")
    assert folder == place.var / "services"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_services_of_a_deep_clone_live_apart_and_are_linked(temporary: Path) -> None:
    place = _place(temporary / ("deep-" * 8) / ("deeper-" * 6))
    folder = service_folder(place, "test/services")
    assert folder.parent == own_folder(place.clone)
    assert len(os.fsencode(folder / LONGEST_SOCKET)) <= 100
    assert (place.var / "test" / "services").readlink() == folder
    assert service_folder(place, "test/services") == folder, "the same again at the next start"


def test_two_clones_never_share_a_folder(temporary: Path) -> None:
    assert own_folder(temporary / "one") != own_folder(temporary / "two")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make somebody else's folder")
def test_a_folder_of_somebody_else_is_refused(temporary: Path) -> None:
    folder = own_folder(temporary / "clone")
    os.chown(folder, 12345, 12345)
    with pytest.raises(BootstrapError, match="belongs to somebody else"):
        own_folder(temporary / "clone")


def test_a_link_in_its_place_is_refused(temporary: Path) -> None:
    folder = own_folder(temporary / "linked")
    folder.rmdir()
    folder.symlink_to("/etc")
    with pytest.raises(BootstrapError, match="belongs to somebody else"):
        own_folder(temporary / "linked")
