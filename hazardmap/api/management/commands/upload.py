"""Send a folder of georeferenced frames to a server."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from hazardmap.api.client import Item, Journal, Outcome, upload
from hazardmap.core.access.tokens import Token, Use, parse_token

PICTURES = {".jpg", ".jpeg", ".png", ".webp"}
JOURNAL = ".hazardmap-uploaded"


class Command(BaseCommand):
    help = (
        "Send pictures to the upload endpoint. Place and time are read from their EXIF. "
        "A run that was cut off goes on where it was. "
        "Example: HAZARDMAP_TOKEN=hm_dev_… python manage.py upload ~/dashcam/today"
    )
    # The client needs no database and may run on a machine that has none.
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own name and type

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files or folders")
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="default: %(default)s")
        parser.add_argument(
            "--token",
            default=os.environ.get("HAZARDMAP_TOKEN"),
            help="device token; better in HAZARDMAP_TOKEN, where other users cannot see it",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        token = parse_token(options["token"] or "", Use.DEVICE)
        if token is None:
            raise CommandError("A device token (hm_dev_…) is needed: --token or HAZARDMAP_TOKEN.")
        pictures = _pictures(options["paths"])
        outcomes = []
        with tqdm(total=len(pictures), unit="frame", disable=None) as bar:

            def progress(outcome: Outcome) -> None:
                bar.update()

            for folder in sorted({picture.parent for picture in pictures}):
                items = [Item(picture) for picture in pictures if picture.parent == folder]
                try:
                    outcomes += upload(
                        items,
                        url=options["url"],
                        token=token.reveal(),
                        journal=Journal(_journal_path(folder, token)),
                        progress=progress,
                    )
                except httpx.InvalidURL as error:
                    raise CommandError(f"--url is no address: {error}.") from error
        self._report(outcomes)

    def _report(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            if outcome.what in {"refused", "failed"}:
                self.stdout.write(f"{outcome.what}: {outcome.path}: {outcome.detail}")
        counts = Counter(outcome.what for outcome in outcomes)
        words = ("accepted", "repeated", "refused", "failed")
        self.stdout.write(", ".join(f"{counts[word]} {word}" for word in words))
        if counts["refused"] or counts["failed"]:
            raise CommandError("Not every frame was taken; the reasons are above.")


def _pictures(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise CommandError(f"There is no {path}.")
        if path.is_dir():
            inside = sorted(path.rglob("*"))
            found += [file for file in inside if file.suffix.lower() in PICTURES]
        else:
            found.append(path)
    if not found:
        raise CommandError("There is no JPEG, PNG or WebP picture in what was named.")
    return list(dict.fromkeys(found))


def _journal_path(folder: Path, token: Token) -> Path | None:
    """Beside the pictures, one for each device; nowhere if that folder cannot be written."""
    return folder / f"{JOURNAL}-{token.kid}" if os.access(folder, os.W_OK) else None
