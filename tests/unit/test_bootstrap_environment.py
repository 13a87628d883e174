"""Secrets and settings on disk: private, stable, and read back as they were."""

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.bootstrap.account import Account
from deploy.bootstrap.environment import (
    WRITABLE,
    port,
    read_environment,
    settings_of,
    write_environment,
)
from deploy.bootstrap.failure import BootstrapError
from deploy.bootstrap.place import Place
from deploy.bootstrap.secret import secret
from hazardmap import settings

NAMES = st.from_regex(r"[A-Z][A-Z_]{0,9}", fullmatch=True)
VALUES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(st.dictionaries(NAMES, VALUES))
def test_an_environment_is_read_back_as_it_was(environment: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "env"
        write_environment(path, environment)
        write_environment(path, environment)
        assert read_environment(path) == environment
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_secret_is_private_stable_and_its_own(tmp_path: Path) -> None:
    one, two = secret(tmp_path / "s" / "one"), secret(tmp_path / "s" / "two")
    assert one != two
    assert len(one) >= 50, "Django's rule for production keys"
    assert secret(tmp_path / "s" / "one") == one
    assert stat.S_IMODE((tmp_path / "s" / "one").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "s").stat().st_mode) == 0o700


@pytest.mark.parametrize("text", ["0", "65536", "-1", "80a", "²", " 80", "999999"])
def test_a_wrong_port_is_one_sentence(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAZARDMAP_PORT", text)
    with pytest.raises(BootstrapError, match="must be a port from 1 to 65535"):
        port()


def test_the_default_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HAZARDMAP_PORT", raising=False)
    assert port() == 8000


def test_settings_of_the_caller_are_kept_and_nothing_else_of_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    style = "https://tiles.example.org/style.json"
    monkeypatch.setenv("BASEMAP_STYLE_URL", style)
    monkeypatch.setenv("HAZARDMAP_FRAME_MAX_AGE_DAYS", "30")
    monkeypatch.setenv("HAZARDMAP_VAR", "/elsewhere")
    monkeypatch.setenv("OWN_TOKEN", "private")
    place = Place(tmp_path, tmp_path, Account(os.geteuid(), os.getegid()))
    var = tmp_path / "var"
    made = settings_of(place, {"REDIS_URL": "r"}, mode="demo", var=var, secrets=tmp_path / "s")
    assert made["BASEMAP_STYLE_URL"] == style
    assert made["HAZARDMAP_FRAME_MAX_AGE_DAYS"] == "30"
    assert made["HAZARDMAP_VAR"] == str(var)
    assert made["REDIS_URL"] == "r"
    assert "OWN_TOKEN" not in made
    assert {path.name for path in var.iterdir()} == set(WRITABLE)


def test_every_folder_of_the_settings_may_be_written_to() -> None:
    """As root, `make up` runs the application as another account, which owns these alone."""
    names = {
        path.relative_to(settings.VAR).parts[0]
        for path in _paths(vars(settings))
        if path.is_relative_to(settings.VAR) and path != settings.VAR
    }
    assert names >= {"mail", "export", "blobs", "tiles"}
    # Assets are fetched by the caller, and the database's folder is only asked how full it is.
    assert names - {"assets", "services"} <= set(WRITABLE)


def _paths(value: object) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _paths(part)
