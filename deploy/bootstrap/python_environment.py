"""The virtual environment in `.venv`, made with the system's python3."""

import shutil
from pathlib import Path

from deploy.bootstrap.command import Command, run
from deploy.bootstrap.place import Place
from deploy.bootstrap.step import stamped

SYSTEM_PYTHON = "/usr/bin/python3"  # another one may sit in a home folder closed to the services
# What pip compiles it compiles with one core, which takes it as long as all the rest. Some packages
# have files of other Pythons, which nobody imports.
COMPILE_WITH_ALL_CORES = """
import compileall, sysconfig
compileall.compile_dir(sysconfig.get_path("purelib"), quiet=2, workers=0)
"""


def install_requirements(place: Place, name: str) -> None:
    """Make `.venv` with what the file `name` pins (its dependencies by constraints.txt)."""
    pinned = [place.home / "requirements.txt", place.home / "constraints.txt"]
    stamped(
        "Python environment" if name == "requirements.txt" else "Python environment for tests",
        lambda: _install(place, name),
        stamp=place.home / ".venv" / f"{name}.stamp",
        inputs=[*pinned, place.home / name],
        outputs=[place.python],
    )


def pip_install(place: Place, *arguments: str | Path) -> None:
    """`pip install` into `.venv`."""
    command: Command = [place.python, "-m", "pip", "install", "--no-input", "--no-compile"]
    run(
        [*command, "--disable-pip-version-check", *arguments],
        log=place.log("python"),
        cwd=place.home,
    )
    run(
        [place.python, "-c", COMPILE_WITH_ALL_CORES],
        log=place.log("python"),
        cwd=place.home,
    )


def _install(place: Place, name: str) -> None:
    folder = place.home / ".venv"
    if not (folder / "bin" / "pip").exists():  # missing, or left half made
        if folder.is_symlink():
            folder.unlink()
        shutil.rmtree(folder, ignore_errors=True)
        run([SYSTEM_PYTHON, "-m", "venv", folder], log=place.log("python"), cwd=place.home)
    pip_install(place, "--requirement", name, "--constraint", "constraints.txt")
