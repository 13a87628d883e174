"""The pictures of videos as items to send, each made only when it is its turn."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from hazardmap.api.uploading import Item, Outcome, Picture
from hazardmap.footage.drive import Drive, Said, read_drive
from hazardmap.footage.moments import Moment
from hazardmap.footage.stills import Reel
from hazardmap.footage.track import motion_at
from hazardmap.footage.unusable import Blurred, Unusable

READ: Final = {".mp4", ".mov", ".m4v"}
OTHERS: Final = {".avi", ".mkv", ".ts", ".3gp"}
"""Videos that are told that they cannot be read."""
LOOKS_BACK: Final = re.compile(
    r"""
    (?: \d_(?:\d+[EP]?|[A-Z]?)[BIR][HLS]?    # Viofo …_0001PR, BlackVue …_NRS, Nextbase …_001_RH
      | \d_[A-Z]_[BC]                        # Vantrue …_0001_N_C
      | \d{8}-\d{6}(?:-\d+)*[BR](?:-\d+)? )$  # 70mai NO…-000042B
    """,
    re.VERBOSE,
)
"""How the names end of what a camera sees that looks inside or back."""


def drives(videos: Sequence[Path], said: Said) -> tuple[list[Drive], list[Outcome]]:
    """What can be sent, and what became of the other videos."""
    found, others = [], []
    for path in videos:
        if LOOKS_BACK.search(path.stem):
            others.append(Outcome(path, "left out", "by its name the camera does not look ahead"))
            continue
        drive = _drive(path, said)
        if isinstance(drive, Unusable):
            others.append(Outcome(path, "refused", drive.why))
        elif drive.moments:
            found.append(drive)
        else:
            others.append(Outcome(path, "left out", "the car stood all the time"))
    return found, others


def _drive(path: Path, said: Said) -> Drive | Unusable:
    if path.suffix.lower() in OTHERS:
        return Unusable(
            f"only MP4 and MOV can be read; ffmpeg -i {path.name} -c copy {path.stem}.mp4 makes one"
        )
    return read_drive(path, said)


def items(drives: Sequence[Drive]) -> Iterator[Item]:
    """Those of one video after the other, each in order of time."""
    for drive in drives:
        with Reel(drive.path) as reel:
            for moment in drive.moments:
                yield _item(drive, reel, moment)


def _item(drive: Drive, reel: Reel, moment: Moment) -> Item:
    def make() -> Picture | Outcome:
        still = reel.still(moment.at_s)
        if isinstance(still, Unusable):
            what = "left out" if isinstance(still, Blurred) else "failed"
            return Outcome(drive.path, what, still.why)
        return Picture(still.jpeg, _metadata(drive, moment, still.at_s))

    key = sha256(drive.digest + f"{moment.at_s:.1f}".encode()).hexdigest()
    return Item(drive.path, key=key, make=make)


def _metadata(drive: Drive, moment: Moment, at_s: float) -> dict[str, Any]:
    at = drive.began_at + timedelta(seconds=at_s)
    motion = motion_at(drive.track, at) or moment.motion
    said = motion._asdict() | {"captured_at": at.isoformat()}
    return {name: value for name, value in said.items() if value is not None}
