"""Benchmarks run by hand and seldom: that they start is tested."""

import re
import subprocess
import sys
from importlib.util import find_spec

from tests.conftest import REPOSITORY

# As `python -m` does, before anything has set Django up; what most of them load is loaded once.
IMPORT_EACH = """
import importlib, os, sys
import celery, httpx, mapbox_vector_tile, PIL.Image, psycopg, redis, rest_framework
import django.contrib.gis.gdal, hazardmap.core.fusion.checkpoint, hazardmap.core.geometry.coverings
failed = []
for name in sys.argv[1:]:
    if not (child := os.fork()):
        importlib.import_module(name)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        failed.append(name)
sys.exit(", ".join(failed) or None)
"""


def test_whatever_a_target_runs_can_be_imported_by_itself():
    """With the web server that switches metering off, which gunicorn imports."""
    named = re.findall(r"python -m (tests\.bench\.[\w.]+)", (REPOSITORY / "Makefile").read_text())
    assert len(named) > 15
    modules = [
        f"{name}.__main__" if find_spec(name).submodule_search_locations else name
        for name in [*named, "tests.bench.metering_switch"]
    ]
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_EACH, *modules],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
