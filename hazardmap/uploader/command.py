"""The command: what it is told, what it sends, and what it says of that."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import chain
from pathlib import Path
from typing import Any, Final

import httpx
from tqdm import tqdm

from hazardmap.core.access.tokens import Token, Use, parse_token
from hazardmap.footage.drive import Said
from hazardmap.footage.gpx import GpxUnreadable, read_gpx
from hazardmap.uploader.completing import completed
from hazardmap.uploader.filming import OTHERS, READ, drives, items
from hazardmap.uploader.pairing import PairingRefused, kept_token, pair
from hazardmap.uploader.uploading import Journal, Outcome, upload

ABOUT: Final = (
    "Send pictures, and videos of drives, to the upload endpoint. Place and time of pictures "
    "are read from their EXIF; what it leaves out is taken from --gpx, --utc-offset and "
    "--taken-from. Of an MP4 or MOV pictures are sent where the car moved, 6 m and --every-s "
    "apart; place and time come from what the camera has written: a GoPro, a BlackVue, one "
    "with a Novatek chip such as Viofo and Vantrue (these need --utc-offset), a CAMM track, or "
    "an NMEA file of the same name beside it (.nmea, .gps). Else they come from the GPX file "
    "of the same name, or --gpx, by the time at which the file says that it was made. "
    "A run that was cut off goes on where it was. "
)
EXAMPLES: Final = (
    "Examples: hazardmap-upload --url https://map.example.org --code ABCD2345 /media/card, and "
    "without --code from then on; the same with drive.mp4 --gpx drive.gpx --utc-offset=+02:00"
)
PICTURES: Final = {".jpg", ".jpeg", ".png", ".webp"}
UNREAD: Final = {".heic", ".heif", ".hif", ".avif", ".jxl", ".tif", ".tiff", ".dng", ".gpr"}
"""Pictures of phones and cameras: whoever sends them is told that they cannot be read."""
JOURNAL: Final = ".hazardmap-uploaded"
INTERRUPTED: Final = 130


class Stopped(Exception):
    """One sentence for people, and what the program ends with."""

    def __init__(self, words: str, code: int = 1) -> None:
        super().__init__(words)
        self.code = code


def main() -> None:
    """What is installed as `hazardmap-upload`."""
    parser = ArgumentParser(prog="hazardmap-upload", description=ABOUT + EXAMPLES)
    add_arguments(parser, site=None)
    try:
        send(vars(parser.parse_args()), print)
    except Stopped as stopped:
        sys.stderr.write(f"{stopped}\n")
        sys.exit(stopped.code)


def add_arguments(parser: ArgumentParser, *, site: str | None) -> None:
    """site: its address, unless another one is given; None: one has to be."""
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="files or folders")
    parser.add_argument(
        "--url", default=site, required=site is None, help="of the site" + _usually(site)
    )
    parser.add_argument(
        "--code",
        help="pair this computer: a code that the account page shows, once; its token is kept in "
        "the folder .config of your own",
    )
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
        help="a track: where the camera was, by the time of what has no position of its own",
    )
    parser.add_argument(
        "--utc-offset",
        type=_zone,
        metavar="±HH:MM",
        help="of what the camera's clock shows, where EXIF or a video does not say whether a "
        "time is local, and of the time at which a video was made; write --utc-offset=-05:00",
    )
    parser.add_argument(
        "--taken-from",
        type=_moment,
        metavar="TIME",
        help="when the first picture was taken, for pictures without a time, in the order of "
        "their names, or when one video began; such as 2026-11-28T14:02:00+02:00",
    )
    parser.add_argument(
        "--every-s",
        type=_seconds,
        default="1",
        metavar="S",
        help="between these, and at least between pictures of a video; 1 by default",
    )


def send(options: Mapping[str, Any], say: Callable[[str], object]) -> None:
    """Do what the arguments say. Raises Stopped."""
    if not options["paths"] and not options["code"]:
        raise Stopped("PATH is missing: name files or folders to send.")
    for path in options["paths"]:  # before a code is used up
        if not path.exists():
            raise Stopped(f"There is no {path}.")
    try:
        token = _token(options)
        if options["paths"]:
            _report(_sent(options, token), say)
        else:
            say("This computer is paired.")
    except httpx.InvalidURL as error:
        raise Stopped(f"--url is no address: {error}.") from error
    except KeyboardInterrupt as error:
        raise Stopped("Stopped; the same command goes on from here.", INTERRUPTED) from error


def _token(options: Mapping[str, Any]) -> Token:
    try:
        text = pair(options["url"], options["code"]) if options["code"] else options["token"]
    except PairingRefused as refused:
        raise Stopped(str(refused)) from refused
    token = parse_token(text or kept_token(options["url"]), Use.DEVICE)
    if token is None:
        raise Stopped("A device token (hm_dev_…) is needed: --code, --token or HAZARDMAP_TOKEN.")
    return token


def _sent(options: Mapping[str, Any], token: Token) -> list[Outcome]:
    pictures, videos, outcomes = _found(options["paths"])
    said = _said(options)
    if said.taken_from and len(videos) > 1:
        raise Stopped("--taken-from says when one video began: name one at a time.")
    found, others = drives(videos, said)
    outcomes += others
    sent = completed(pictures, said)
    total = len(pictures) + sum(len(drive.moments) for drive in found)
    with tqdm(total=total, unit="frame", disable=None) as bar:

        def progress(outcome: Outcome) -> None:
            bar.update()

        for folder in sorted({path.parent for path in [*pictures, *videos]}):
            here = [item for item in sent if item.path.parent == folder]
            filmed = [drive for drive in found if drive.path.parent == folder]
            outcomes += upload(
                chain(here, items(filmed)),
                url=options["url"],
                token=token.reveal(),
                journal=Journal(_journal_path(folder, token)),
                progress=progress,
            )
    return outcomes


def _report(outcomes: list[Outcome], say: Callable[[str], object]) -> None:
    told = Counter(one for one in outcomes if one.what in {"refused", "failed", "left out"})
    for outcome, times in told.items():
        of = f" ({times} pictures)" if times > 1 else ""
        # A card may have names in another coding than that of this machine.
        told_of = f"{outcome.path}: {outcome.detail}".encode(errors="replace").decode()
        say(f"{outcome.what}: {told_of}{of}")
    counts = Counter(outcome.what for outcome in outcomes)
    words = ["accepted", "repeated", "refused", "failed"]
    words += ["left out"] if counts["left out"] else []
    say(", ".join(f"{counts[word]} {word}" for word in words))
    if counts["refused"] or counts["failed"]:
        raise Stopped("Not every frame was taken; the reasons are above.")


def _usually(site: str | None) -> str:
    return f"; {site} by default" if site else ""


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
    if moment is None or moment.tzinfo is None or not 2000 <= moment.year < 2100:
        raise ArgumentTypeError("must be a time with its zone, like 2026-11-28T14:02:00+02:00")
    return moment


def _seconds(text: str) -> timedelta:
    try:
        return timedelta(seconds=float(text))
    except (ValueError, OverflowError) as error:
        raise ArgumentTypeError("must be a number of seconds") from error


def _said(options: Mapping[str, Any]) -> Said:
    try:
        track = sorted(fix for path in options["gpx"] for fix in read_gpx(path))
    except GpxUnreadable as error:
        raise Stopped(str(error)) from error
    return Said(
        clock=options["utc_offset"],
        taken_from=options["taken_from"],
        every=options["every_s"],
        track=tuple(track),
    )


def _found(paths: list[Path]) -> tuple[list[Path], list[Path], list[Outcome]]:
    """Pictures, videos, and what is told of pictures that cannot be read.

    What is named itself and is nothing of these is taken for a picture.
    """
    pictures: list[Path] = []
    videos: list[Path] = []
    unread: list[Path] = []
    for path in paths:
        for file in _below(path) if path.is_dir() else [path]:
            suffix = file.suffix.lower()
            if suffix in READ | OTHERS:
                videos.append(file)
            elif suffix in UNREAD:
                unread.append(file)
            elif suffix in PICTURES or file == path:
                pictures.append(file)
    if not pictures and not videos and not unread:
        raise Stopped("There is no JPEG, PNG or WebP picture in what was named, and no video.")
    return list(dict.fromkeys(pictures)), list(dict.fromkeys(videos)), _told(unread, pictures)


def _told(unread: list[Path], pictures: list[Path]) -> list[Outcome]:
    """One sentence for each folder. A camera that writes a JPEG beside each has sent them all."""
    sent = {picture.with_suffix("") for picture in pictures}
    return [
        Outcome(
            file.parent,
            "refused",
            f"{file.suffix} cannot be read, only JPEG, PNG and WebP; "
            f"magick mogrify -format jpg '*{file.suffix}' makes JPEG that keep place and time",
        )
        for file in dict.fromkeys(unread)
        if file.with_suffix("") not in sent
    ]


def _below(folder: Path) -> list[Path]:
    """Not what is hidden: files that were thrown away, and what computers note beside videos."""
    return sorted(
        file
        for file in folder.rglob("*")
        if not any(part.startswith((".", "$")) for part in file.relative_to(folder).parts)
        and not file.is_dir()
    )


def _journal_path(folder: Path, token: Token) -> Path | None:
    """Beside the pictures, one for each device; nowhere if that folder cannot be written."""
    return folder / f"{JOURNAL}-{token.kid}" if os.access(folder, os.W_OK) else None
