"""Secrets and settings on disk: private, stable, and read back as they were."""

import stat
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.bootstrap.environment import port, read_environment, write_environment
from deploy.bootstrap.failure import BootstrapError
from deploy.bootstrap.secret import secret

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
