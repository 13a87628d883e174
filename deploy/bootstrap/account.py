"""Who runs the services: the caller, or one unprivileged system user when the caller is root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from deploy.bootstrap.failure import BootstrapError

SERVICE_USER = "hazardmap"


class PopenIdentity(TypedDict, total=False):
    """The keyword arguments by which `subprocess` changes to another user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """A user id and a group id; the caller's own, or another's when the caller is root."""

    uid: int
    gid: int

    @property
    def is_caller(self) -> bool:
        return self.uid == os.geteuid()

    def popen(self) -> PopenIdentity:
        """Arguments that make `subprocess` run a command as this account; empty for the caller."""
        if self.is_caller:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def make_folder(self, folder: Path) -> None:
        """Create the 0700 `folder`, owned by this account; its parent must be the caller's.

        (Root changes the owner, so nobody else may be able to put a link in its place.)
        """
        folder.mkdir(exist_ok=True)
        if folder.stat().st_uid != self.uid:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)

    def can_read(self, path: Path) -> bool:
        """Whether this account can reach `path` through all its parents, and read it."""
        found = subprocess.run(["/usr/bin/test", "-r", path], cwd="/", check=False, **self.popen())
        return found.returncode == 0


def service_account() -> Account:
    """The caller; for root the system user `hazardmap`, created when it is missing."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    try:
        entry = pwd.getpwnam(SERVICE_USER)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent"]
        command += ["--shell", "/usr/sbin/nologin", "--user-group", SERVICE_USER]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise BootstrapError(
                f"The system user {SERVICE_USER} could not be created: {done.stderr.strip()}."
            ) from None
        entry = pwd.getpwnam(SERVICE_USER)
    return Account(entry.pw_uid, entry.pw_gid)


def become_owner_of(clone: Path) -> None:
    """As root in another user's clone, go on as that user, so that nothing root-owned is left.

    Does nothing where the owner is root, has no account here, or cannot reach the clone.
    """
    owner = clone.stat().st_uid
    if os.geteuid() != 0 or owner == 0:
        return
    try:
        entry = pwd.getpwuid(owner)
    except KeyError:
        return
    if not Account(entry.pw_uid, entry.pw_gid).can_read(clone / "Makefile"):
        return
    os.initgroups(entry.pw_name, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.environ.update(HOME=entry.pw_dir, USER=entry.pw_name, LOGNAME=entry.pw_name)
