"""The pictures of videos as items to send, each made only when it is its turn."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from hazardmap.footage.drive import Drive, Said, read_drive
from hazardmap.footage.moments import WORST_ACCURACY_M, Moment
from hazardmap.footage.stills import Reel
from hazardmap.footage.track import LONGEST_GAP, motion_at
from hazardmap.footage.unusable import Blurred, Unusable
from hazardmap.uploader.uploading import Item, Outcome, Picture

READ: Final = {".mp4", ".mov", ".m4v"}
OTHERS: Final = {".avi", ".mkv", ".ts", ".3gp"}
"""Videos that are told that they cannot be read."""
_LEAST_TOLD_S: Final = 5.0
"""A track begins with its first fix and ends with its last: some seconds are always lost."""
_EDGE: Final = timedelta(seconds=1)
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
    """What can be sent, and what became of the other videos and of parts that have no place."""
    found, others = [], []
    for path in videos:
        if LOOKS_BACK.search(path.stem):
            others.append(Outcome(path, "left out", "by its name the camera does not look ahead"))
            continue
        drive = _drive(path, said)
        if isinstance(drive, Unusable):
            others.append(Outcome(path, "refused", drive.why))
            continue
        lost = list(_lost(drive))
        others += [Outcome(path, "left out", why) for why in lost]
        if drive.moments:
            found.append(drive)
        elif not lost:
            others.append(Outcome(path, "left out", "the car stood all the time"))
    return found, others


def _lost(drive: Drive) -> Iterator[str]:
    """Which parts of a video are not sent though the car may have driven, and why."""
    chosen, length = drive.chosen, _minutes(drive.length_s)
    if chosen.unplaced_s >= _LEAST_TOLD_S:
        yield (
            f"for {_minutes(chosen.unplaced_s)} of its {length} min no place is known: "
            f"{_gap(drive)}"
        )
    if chosen.imprecise_s >= _LEAST_TOLD_S:
        yield (
            f"for {_minutes(chosen.imprecise_s)} of its {length} min the place is known to worse "
            f"than {WORST_ACCURACY_M:.0f} m only"
        )


def _gap(drive: Drive) -> str:
    """Where the track has no place that the video needs."""
    film = drive.began_at, drive.began_at + timedelta(seconds=drive.length_s)
    track = drive.track[0].at, drive.track[-1].at
    if track[0] <= film[0] + _EDGE and film[1] - _EDGE <= track[1]:
        return f"its track has gaps of more than {LONGEST_GAP.seconds} s"
    return f"it goes from {_span(*film)} UTC, its track from {_span(*track)}"


def _span(begin: datetime, end: datetime) -> str:
    return " to ".join(f"{at.astimezone(UTC):%H:%M:%S}" for at in (begin, end))


def _minutes(seconds: float) -> str:
    """ "3:20"."""
    return "{}:{:02}".format(*divmod(round(seconds), 60))


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
