"""Where everything lives: the clone, the folder the code runs in, and the services' folders."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from deploy.bootstrap.account import Account
from deploy.bootstrap.failure import BootstrapError

CLONE = Path(__file__).resolve().parents[2]
PERSISTENT_TEMPORARY = Path("/var/tmp")  # noqa: S108  # owner and mode are checked below
SOCKET_PATH_LIMIT_BYTES = 100  # the kernel's is 107
LONGEST_SOCKET = "run/.s.PGSQL.5432"


@dataclass(frozen=True)
class Place:
    """The folders of one stack, and the account that its services run as."""

    clone: Path
    home: Path  # where the code runs: the clone, or its mirror in `own_folder(clone)`
    account: Account

    @property
    def var(self) -> Path:
        """Run-time state; also what was fetched, trained or measured here."""
        return self.home / "var"

    @property
    def python(self) -> Path:
        return self.home / ".venv" / "bin" / "python"

    def log(self, name: str) -> Path:
        """The log file of one step, its folder made."""
        folder = self.var / "log"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.log"


def own_folder(clone: Path) -> Path:
    """The folder of this clone in the system's persistent temporary place, made if missing.

    Raises `BootstrapError` where somebody else already owns that name.
    """
    digest = hashlib.sha256(os.fsencode(clone)).hexdigest()[:12]
    folder = PERSISTENT_TEMPORARY / f"hazardmap-{digest}"
    folder.mkdir(mode=0o755, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise BootstrapError(f"{folder} belongs to somebody else; remove it or move the clone.")
    return folder


def service_folder(place: Place, name: str) -> Path:
    """The 0700 folder of PostgreSQL and Redis called `name`, made if missing.

    It is `var/<name>`. Where that path is too long for a socket, or closed to the services'
    account, it is a folder of its own in /var/tmp, linked from `var/<name>`.
    """
    wanted = place.var / name
    wanted.parent.mkdir(parents=True, exist_ok=True)
    short = len(os.fsencode(wanted / LONGEST_SOCKET)) <= SOCKET_PATH_LIMIT_BYTES
    if short and place.account.can_read(wanted.parent):
        folder = wanted
    else:
        folder = own_folder(place.clone) / name.replace("/", "-")
        if not wanted.is_symlink():
            wanted.symlink_to(folder)
    place.account.make_folder(folder)
    return folder
