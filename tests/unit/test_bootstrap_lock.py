"""One stack per clone, however the one before it ended."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.bootstrap.failure import BootstrapError
from deploy.bootstrap.lock import holder, only_one

REPOSITORY = Path(__file__).resolve().parents[2]
HOLD = """
import sys, time
from pathlib import Path
from deploy.bootstrap.lock import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_one_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "up.lock"
    assert holder(path) is None
    first = subprocess.Popen(
        [sys.executable, "-c", HOLD, path], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    assert first.stdout
    assert first.stdout.readline() == "held\n"
    try:
        assert holder(path) == first.pid
        with (
            pytest.raises(BootstrapError, match=rf"already runs .*process {first.pid}"),
            only_one(path),
        ):
            pass
    finally:
        first.kill()
        first.communicate()
    assert holder(path) is None
    with only_one(path):
        assert holder(path) == os.getpid()
