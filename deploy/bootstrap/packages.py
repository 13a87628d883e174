"""Debian packages: installed only when missing, with sudo only when the caller is not root."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.bootstrap.command import Command, run
from deploy.bootstrap.failure import BootstrapError
from deploy.bootstrap.step import step

SCRIPT = Path(__file__).with_name("install_packages.sh")

TO_RUN = (
    "postgresql-15",
    "postgresql-15-postgis-3",
    "postgresql-15-postgis-3-scripts",
    "redis-server",
    "gdal-bin",  # ogr2ogr; brings GDAL, GEOS and PROJ for Django
    "libgdal32",
    "libgeos-c1v5",
    "libproj25",
    "libgl1",  # these three for OpenCV
    "libglib2.0-0",
    "libxcb1",
)
TO_TEST = ("chromium", "fonts-dejavu-core", "nginx-light")


def install_as_needed(packages: Sequence[str], clone: Path) -> None:
    """Install what is missing of `packages`; no call of apt at all when nothing is."""
    missing = missing_of(packages)
    if not missing:
        return
    log = clone / "var" / "log" / "packages.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command: Command = ["sh", SCRIPT, *missing]
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            raise BootstrapError(
                "Packages are missing and there is no sudo; as root: "
                f"apt-get install {shlex.join(missing)}."
            )
        quiet = [] if sys.stdin.isatty() else ["--non-interactive"]
        command = ["sudo", *quiet, *command]
    with step(f"Debian packages ({len(missing)} missing)"):
        run(command, log=log, cwd=Path("/"))
    owner = clone.stat()
    if owner.st_uid != os.geteuid():  # root in somebody's clone leaves nothing of its own
        for path in (log, log.parent, log.parent.parent):
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def missing_of(packages: Sequence[str]) -> list[str]:
    """Those of `packages` that are not installed."""
    query = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *packages]
    found = subprocess.run(query, check=False, capture_output=True, text=True).stdout
    lines = [line.split() for line in found.splitlines()]
    installed = {words[0] for words in lines if words[1:] == ["installed"]}
    return [package for package in packages if package not in installed]
