"""A copy of the clone for services that cannot reach it (a clone under /root, run by root)."""

import os
from pathlib import Path

from deploy.bootstrap.account import Account
from deploy.bootstrap.failure import BootstrapError
from deploy.bootstrap.place import Place, own_folder
from deploy.source_files import LIST, as_list, copy_if_changed, source_files, untracked_files

CANARY = "Makefile"  # readable by everybody in a clone that others may read


def place_of(clone: Path, account: Account) -> Place:
    """The clone itself where `account` can read it; else its mirror in /var/tmp.

    In the mirror everything is done as it would be in the clone: `.venv`, `var`, the builds.
    """
    if account.can_read(clone / CANARY):
        return Place(clone, clone, account)
    return Place(clone, own_folder(clone) / "app", account)


def update_mirror(place: Place) -> None:
    """Make the mirror equal to the clone (what git tracks or would track), and link it.

    The clone gets `var/elsewhere` and, where it has no `.venv` of its own, a link to the mirror's.
    """
    if place.home == place.clone:
        return
    place.home.mkdir(exist_ok=True)
    try:
        source = source_files(place.clone)
        wanted = [*source, *untracked_files(place.clone)]
    except OSError as error:
        raise BootstrapError(f"{error}.") from None
    (place.home / LIST).write_bytes(as_list(source))
    for name in wanted:
        copy_if_changed(place.clone / name, place.home / name)
    remembered = place.home.parent / "mirrored.txt"
    if remembered.exists():
        before = set(remembered.read_text(encoding="utf-8").split("\0"))
        for name in before - set(wanted):
            (place.home / name).unlink(missing_ok=True)
    remembered.write_text("\0".join(wanted), encoding="utf-8")
    (place.clone / "var").mkdir(exist_ok=True)
    for link, target in (("var/elsewhere", place.home), (".venv", place.home / ".venv")):
        if not os.path.lexists(place.clone / link):
            (place.clone / link).symlink_to(target)
