"""Which files are the source code: those that git tracks, and never what merely lies beside them.

`python -m deploy.source_files FOLDER` copies them there, with their list, for where there is no
git. The image is made of that copy: what is no part of the offered source does not run in it.
"""

import shutil
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Final

LIST: Final = "source_files.txt"


def source_files(root: Path) -> list[str]:
    """Relative to `root`. Raises OSError where it has neither git nor a list."""
    if (root / ".git").exists():
        return _git_lists(root, "--cached")
    if not (root / LIST).exists():
        raise OSError(f"{root} has neither .git nor {LIST}: take a clone or /source.tar.gz")
    return _present(root, (root / LIST).read_text(encoding="utf-8").splitlines())


def untracked_files(root: Path, *folders: str) -> list[str]:
    """What git would track if it were told of it; nothing where there is no git."""
    if not (root / ".git").exists():
        return []
    return _git_lists(root, "--others", "--exclude-standard", "--", *folders)


def as_list(names: list[str]) -> bytes:
    """The content of LIST."""
    return "".join(f"{name}\n" for name in names).encode()


def copy_if_changed(source: Path, target: Path) -> None:
    """A copy that everybody may read, whatever the umask of who made the clone."""
    new = source.stat()
    if target.exists():
        old = target.stat()
        if (old.st_size, old.st_mtime_ns) == (new.st_size, new.st_mtime_ns):
            return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
    target.chmod(0o755 if new.st_mode & 0o100 else 0o644)


def _git_lists(root: Path, *which: str) -> list[str]:
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", *which]
    found = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)
    if found.returncode != 0:
        raise OSError(f"git cannot list the files of {root}: {found.stderr.strip()}")
    return _present(root, found.stdout.split("\0"))


def _present(root: Path, names: list[str]) -> list[str]:
    return sorted({name for name in names if name and (root / name).is_file()})


if __name__ == "__main__":
    parser = ArgumentParser(prog="python -m deploy.source_files", description=__doc__)
    parser.add_argument("folder", type=Path, help="is made; example: /app")
    here, target = Path.cwd(), parser.parse_args().folder
    for name in untracked_files(here):
        sys.stderr.write(f"{name} is not tracked by git and left out\n")
    names = source_files(here)
    for name in names:
        copy_if_changed(here / name, target / name)
    (target / LIST).write_bytes(as_list(names))
