"""The file that `manage.py nginx_config` writes holds the secrets of tile addresses."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command


def test_nobody_else_may_read_it_whoever_could_read_the_one_before(tmp_path: Path) -> None:
    out = tmp_path / "nginx.conf"
    out.write_text("of an older version")
    out.chmod(0o644)
    call_command("nginx_config", out=out, verbosity=0)
    assert out.stat().st_mode & 0o777 == 0o600
    assert settings.TILE_SECRETS[0] in out.read_text()


def test_a_place_where_it_cannot_be_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match=r"file: File exists\.|file.*: Not a directory\."):
        call_command("nginx_config", out=tmp_path / "file" / "nginx.conf", verbosity=0)
