"""The server of the benchmark of what metering costs."""

import subprocess
import sys

from tests.conftest import REPOSITORY


def test_its_web_server_starts_as_the_one_that_people_run_does():
    """gunicorn imports it before anything else has set Django up."""
    done = subprocess.run(
        [sys.executable, "-c", "from tests.bench.metering_switch import application as a; a"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
