"""Fill the demonstration's map through the real upload endpoint."""

import secrets
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from hazardmap.demo.accounts import DemoAccounts
from hazardmap.demo.pictures import restaged_items
from hazardmap.hazards.selectors import published_count
from hazardmap.inference.services.demo_drive import demo_drive
from hazardmap.uploader.uploading import Item, Journal, Outcome, upload

ENOUGH = 3
FRAME_SPACING_M = 8.0


class FeedFailed(Exception):
    """The message says in one sentence what went wrong."""


def is_enough() -> bool:
    """Whether the map shows what the demonstration promises."""
    return published_count() >= ENOUGH


def feed(*, url: str, accounts: DemoAccounts) -> list[Outcome]:
    """Render a drive, send each dashcam's frames from its own account, then real pictures.

    What really stands on the rendered street is left in the file demo/truth.json.
    """
    outcomes = []
    # A folder of its own: `make up` and the schedule may both feed at the same time.
    folder_of_demo = Path(settings.VAR) / "demo"
    with TemporaryDirectory(prefix="drives-", dir=folder_of_demo) as folder:
        summary = demo_drive(
            out=Path(folder),
            seed=secrets.randbelow(1_000_000),
            frame_spacing_m=FRAME_SPACING_M,
        )
        shutil.copy(summary.truth, folder_of_demo / "truth.json")
        for drive, token in zip(summary.drives, accounts.device_tokens, strict=True):
            frames = [Item(path) for path in sorted(drive.glob("*.jpg"))]
            outcomes += _sent(frames, url=url, token=token)
        copies = Path(folder) / "restaged"
        copies.mkdir()
        outcomes += _sent(restaged_items(copies), url=url, token=accounts.device_tokens[0])
    return outcomes


def wait_until_enough(*, timeout_s: float) -> bool:
    """Wait for the workers; False if the map is not filled in time."""
    ends = time.monotonic() + timeout_s
    while not is_enough():
        if time.monotonic() > ends:
            return False
        time.sleep(0.5)
    return True


def _sent(items: Iterable[Item], *, url: str, token: str) -> list[Outcome]:
    outcomes = upload(items, url=url, token=token, journal=Journal(None))
    for outcome in outcomes:
        if outcome.what in {"refused", "failed"}:
            raise FeedFailed(f"The demo's {outcome.path.name} was {outcome.what}: {outcome.detail}")
    return outcomes
