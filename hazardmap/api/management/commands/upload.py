"""Send a folder of georeferenced frames to a server."""

import os
from argparse import ArgumentTypeError
from collections import Counter
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import httpx
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from hazardmap.api.client import Journal, Outcome, upload
from hazardmap.api.completing import Completing
from hazardmap.api.gpx import GpxUnreadable, read_gpx
from hazardmap.core.access.tokens import Token, Use, parse_token

PICTURES = {".jpg", ".jpeg", ".png", ".webp"}
VIDEOS = {".mp4", ".mov", ".avi", ".mkv", ".ts", ".m4v", ".3gp"}
VIDEO = (
    "There are only videos in what was named. Take pictures out of them first, one a second: "
    "ffmpeg -i VIDEO.mp4 -vf fps=1 -q:v 2 FOLDER/%05d.jpg. Then send FOLDER with --taken-from, "
    "when the video began, and --gpx, where it was taken."
)
JOURNAL = ".hazardmap-uploaded"


class Command(BaseCommand):
    help = (
        "Send pictures to the upload endpoint. Place and time are read from their EXIF; what it "
        "leaves out is taken from --gpx, --utc-offset and --taken-from. "
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
        parser.add_argument(
            "--gpx",
            action="append",
            default=[],
            type=Path,
            metavar="FILE",
            help="a track: where the camera was, by the time of each picture without a position",
        )
        parser.add_argument(
            "--utc-offset",
            type=_zone,
            metavar="±HH:MM",
            help="of the camera's clock, where the EXIF does not say; write --utc-offset=-05:00",
        )
        parser.add_argument(
            "--taken-from",
            type=_moment,
            metavar="TIME",
            help="when the first picture was taken, for pictures without a time, in the order of "
            "their names; such as 2026-11-28T14:02:00+02:00",
        )
        parser.add_argument(
            "--every-s", type=_seconds, default="1", metavar="S", help="between these; 1 by default"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        token = parse_token(options["token"] or "", Use.DEVICE)
        if token is None:
            raise CommandError("A device token (hm_dev_…) is needed: --token or HAZARDMAP_TOKEN.")
        completing = _completing(options)
        pictures = _pictures(options["paths"])
        items = completing.items(pictures)
        outcomes = []
        with tqdm(total=len(pictures), unit="frame", disable=None) as bar:

            def progress(outcome: Outcome) -> None:
                bar.update()

            for folder in sorted({picture.parent for picture in pictures}):
                try:
                    outcomes += upload(
                        [item for item in items if item.path.parent == folder],
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


def _zone(text: str) -> tzinfo:
    try:
        return datetime.strptime(text, "%z").tzinfo or UTC
    except ValueError as error:
        raise ArgumentTypeError("must be like +02:00") from error


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ArgumentTypeError("must be a time with its zone, like 2026-11-28T14:02:00+02:00")
    return moment


def _seconds(text: str) -> timedelta:
    try:
        return timedelta(seconds=float(text))
    except (ValueError, OverflowError) as error:
        raise ArgumentTypeError("must be a number of seconds") from error


def _completing(options: dict[str, Any]) -> Completing:
    try:
        track = sorted(fix for path in options["gpx"] for fix in read_gpx(path))
    except GpxUnreadable as error:
        raise CommandError(str(error)) from error
    return Completing(
        clock=options["utc_offset"],
        taken_from=options["taken_from"],
        every=options["every_s"],
        track=tuple(track),
    )


def _pictures(paths: list[Path]) -> list[Path]:
    found: list[Path] = []
    videos = False
    for path in paths:
        if not path.exists():
            raise CommandError(f"There is no {path}.")
        if path.is_dir():
            inside = sorted(path.rglob("*"))
            found += [file for file in inside if file.suffix.lower() in PICTURES]
            videos |= any(file.suffix.lower() in VIDEOS for file in inside)
        elif path.suffix.lower() in VIDEOS:
            videos = True
        else:
            found.append(path)
    if not found and videos:
        raise CommandError(VIDEO)
    if not found:
        raise CommandError("There is no JPEG, PNG or WebP picture in what was named.")
    return list(dict.fromkeys(found))


def _journal_path(folder: Path, token: Token) -> Path | None:
    """Beside the pictures, one for each device; nowhere if that folder cannot be written."""
    return folder / f"{JOURNAL}-{token.kid}" if os.access(folder, os.W_OK) else None
