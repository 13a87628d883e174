"""A copy of the clone for services that cannot reach it (a clone under /root, run by root)."""

import os
import shutil
import subprocess
from pathlib import Path

from deploy.bootstrap.account import Account
from deploy.bootstrap.failure import BootstrapError
from deploy.bootstrap.place import Place, own_folder

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
    wanted = _listed(place.clone)
    for name in wanted:
        _copy_if_changed(place.clone / name, place.home / name)
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


def _listed(clone: Path) -> list[str]:
    """The files in the working tree, relative to it, without those that git ignores."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"]
    command += ["--exclude-standard", "--deduplicate"]
    found = subprocess.run(command, cwd=clone, check=False, capture_output=True, text=True)
    if found.returncode != 0:
        raise BootstrapError(f"git cannot list the files of {clone}: {found.stderr.strip()}.")
    return [name for name in found.stdout.split("\0") if name and (clone / name).is_file()]


def _copy_if_changed(source: Path, target: Path) -> None:
    new = source.stat()
    if target.exists():
        old = target.stat()
        if (old.st_size, old.st_mtime_ns) == (new.st_size, new.st_mtime_ns):
            return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
    target.chmod(0o755 if new.st_mode & 0o100 else 0o644)  # whatever the caller's umask was
