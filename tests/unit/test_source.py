"""The source that is offered: all of what runs, and nothing that an operator has put beside it."""

import hashlib
import io
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest

from deploy.source_files import LIST, source_files, untracked_files
from hazardmap.web.source import ROOT, archive

PRIVATE = {
    "backup.sh": "PGPASSWORD=secret",
    "stripe.txt": "sk_live_secret",
    "deploy/.env": "POSTGRES_PASSWORD=secret",
    "deploy/compose.prod.yaml": "secret",
    "hazardmap/settings/local.py": "SECRET = 'secret'",
    "hazardmap.dump": "everybody's mail",
}


def unpacked(packed: bytes, folder: Path) -> Path:
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        tar.extractall(folder)  # noqa: S202 - our own
    return folder / "hazardmap"


def git(clone: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=clone, check=True, capture_output=True)


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What somebody has who downloads and unpacks it."""
    return unpacked(archive(ROOT), tmp_path_factory.mktemp("offered"))


@pytest.fixture
def clone(tmp_path: Path, offered: Path) -> Path:
    """A clone under a strict umask, with files of the operator."""
    clone = tmp_path / "clone"
    for name in ("Makefile", "deploy/source_files.py", "hazardmap/settings/env.py", ".gitignore"):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_bytes((offered / name).read_bytes())
        (clone / name).chmod(0o600)
    (clone / "run.sh").write_text("#!/bin/sh\n")
    (clone / "run.sh").chmod(0o700)
    git(clone, "init", "--quiet")
    git(clone, "add", ".")
    for name, text in PRIVATE.items():
        (clone / name).write_text(text)
    return clone


def files_of(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.django_db
def test_the_source_of_what_runs_can_be_downloaded(client, tmp_path):
    answer = client.get("/source.tar.gz")
    assert answer["Content-Type"] == "application/gzip"
    own = unpacked(answer.content, tmp_path) / "hazardmap" / "web" / "source.py"
    assert own.read_bytes() == (ROOT / "hazardmap" / "web" / "source.py").read_bytes()


def test_it_is_whole_and_offers_itself_again(offered: Path):
    names = source_files(ROOT)
    assert files_of(offered) == {*names, LIST}
    assert source_files(offered) == names
    again = archive.__wrapped__(offered)
    with tarfile.open(fileobj=io.BytesIO(again)) as tar:
        assert {name.removeprefix("hazardmap/") for name in tar.getnames()} == {*names, LIST}


def test_the_weights_that_no_package_has_come_with_it(offered: Path):
    """Else `detection.fetch` ends: they are missing, and nobody can be asked for them."""
    manifest = tomllib.loads((offered / "detection/weights/manifest.toml").read_text())
    own = [file for file in manifest["file"] if "package" not in file]
    assert own
    for file in own:
        content = (offered / "detection" / "weights" / file["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]


def test_what_an_operator_puts_beside_it_is_not_offered(clone: Path, caplog):
    with tarfile.open(fileobj=io.BytesIO(archive.__wrapped__(clone))) as tar:
        packed = {name.removeprefix("hazardmap/") for name in tar.getnames()}
    assert "hazardmap/settings/env.py" in packed
    assert packed & PRIVATE.keys() == set()
    assert "hazardmap/settings/local.py is not tracked" in caplog.text, "it may be a change"
    assert "stripe.txt" not in caplog.text


def test_secrets_and_dumps_are_ignored(clone: Path):
    assert {"stripe.txt", "deploy/compose.prod.yaml"} < set(untracked_files(clone))
    assert {"deploy/.env", "hazardmap.dump"} & set(untracked_files(clone)) == set()
    kept_out = (ROOT / ".dockerignore").read_text().splitlines()
    assert {"deploy/.env*", "**/*.dump"} < set(kept_out)
    assert "deploy/example.env" in source_files(ROOT)


def test_the_image_is_made_of_it_for_everybody_to_read(clone: Path, tmp_path: Path):
    """As in the Containerfile, which has of git no more than .dockerignore lets through."""
    tracked = source_files(clone)
    for path in (clone / ".git").iterdir():
        if path.name not in {"HEAD", "index"}:
            subprocess.run(["rm", "-r", path], check=True)
    (clone / ".git" / "objects").mkdir()
    (clone / ".git" / "refs").mkdir()
    image, twice = tmp_path / "image", tmp_path / "twice"
    for here, there in ((clone, image), (image, twice)):
        copy = [sys.executable, "-m", "deploy.source_files", there]
        done = subprocess.run(copy, cwd=here, check=True, capture_output=True, text=True)
        assert ("stripe.txt is not tracked" in done.stderr) == (here == clone)
        assert files_of(there) == {*tracked, LIST}
    modes = {name: (image / name).stat().st_mode & 0o777 for name in [*tracked, LIST]}
    assert modes.pop("run.sh") == 0o755
    assert set(modes.values()) == {0o644}
    assert {path.stat().st_mode & 0o777 for path in image.rglob("*") if path.is_dir()} == {0o755}


def test_a_file_that_is_not_listed_does_not_get_into_an_image_of_the_unpacked_source(
    clone: Path, tmp_path: Path
):
    first, second = tmp_path / "first", tmp_path / "second"
    copy = [sys.executable, "-m", "deploy.source_files"]
    subprocess.run([*copy, first], cwd=clone, check=True)
    (first / "hazardmap" / "changed.py").write_text("x = 1\n")
    subprocess.run([*copy, second], cwd=first, check=True)
    assert not (second / "hazardmap" / "changed.py").exists()


def test_without_git_and_without_a_list_nothing_is_offered(tmp_path: Path):
    (tmp_path / "stripe.txt").write_text("secret")
    with pytest.raises(OSError, match=LIST):
        archive.__wrapped__(tmp_path)
