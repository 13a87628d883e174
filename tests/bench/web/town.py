"""The site with hazards on it, and a browser that looks at it, for the figures of the pages."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import ARGUMENTS
from tests.stack import Stack, started

CENTRE = (24.94, 60.17)
_TOWN = (
    "from datetime import timedelta; from django.utils import timezone; "
    "from tests.map_scene import around, put_hazard, to_tiles; now = timezone.now(); "
    "[put_hazard(*place, ('cone', 'pothole', 'dog')[i % 3], half_life_s=86400.0, "
    "first_seen=now - timedelta(hours=2), last_seen=now - timedelta(minutes=i)) "
    "for i, place in enumerate(around({centre}, 800.0, 60))]; "
    "to_tiles()"
)


@contextmanager
def town() -> Iterator[Stack]:
    """Sixty hazards in the middle of the town whose streets `make up` has."""
    parent = Path(os.environ["HAZARDMAP_VAR"])
    with (
        tempfile.TemporaryDirectory(prefix="bench-web-", dir=parent) as folder,
        started(Path(folder), only=("web", "publish", "live")) as stack,
    ):
        stack.run(_TOWN.format(centre=CENTRE))
        yield stack


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()
