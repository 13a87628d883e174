"""One video as a drive: when it began, where it went, and the moments to send of it.

What the camera itself has measured goes before a GPX file beside the video, and that before others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final

from hazardmap.footage.blackvue import read_blackvue
from hazardmap.footage.camm import read_camm
from hazardmap.footage.clock import UNDATED, camera_began, satellites_began
from hazardmap.footage.gopro import read_gopro
from hazardmap.footage.gpx import GpxUnreadable, read_gpx
from hazardmap.footage.moments import Chosen, Moment, moments
from hazardmap.footage.movie import Movie, read_movie
from hazardmap.footage.novatek import read_novatek
from hazardmap.footage.sidecar import read_sidecar
from hazardmap.footage.telemetry import Telemetry, track_of
from hazardmap.footage.track import Fix, position_at
from hazardmap.footage.unusable import Broken, Unusable

_CAMERAS: Final = (read_gopro, read_camm, read_novatek, read_blackvue, read_sidecar)
_TAIL_S: Final = 0.5
"""Nothing is asked for so late: the last frame lies some time before what counts as the end."""
_LOOKED_AT: Final = 10
"""So many moments of a video are looked for in a GPX file before it is called another drive's."""


@dataclass(frozen=True, slots=True)
class Said:
    """What the sender says of videos and pictures that do not say it.

    clock: the time zone that the camera shows, and in which it writes when a video was made.
    """

    clock: tzinfo | None = None
    taken_from: datetime | None = None
    every: timedelta = timedelta(seconds=1)
    track: Sequence[Fix] = ()


@dataclass(frozen=True, slots=True)
class Drive:
    """digest: the same for the same recording, and no other."""

    path: Path
    digest: bytes
    began_at: datetime
    length_s: float
    track: Sequence[Fix]
    chosen: Chosen

    @property
    def moments(self) -> Sequence[Moment]:
        return self.chosen.moments


def read_drive(path: Path, said: Said) -> Drive | Unusable:
    """A drive without moments shows a car that stood."""
    movie = read_movie(path)
    if isinstance(movie, Unusable):
        return movie
    if not movie.length_s:
        return Unusable("has no pictures")
    length_s = movie.length_s - _TAIL_S
    telemetry = _telemetry(path, movie)
    if isinstance(telemetry, Unusable):
        found = _from_gpx(path, movie, length_s, said, why=telemetry.why)
    else:
        found = _own(telemetry, path, movie, said)
    if isinstance(found, Unusable):
        return found
    began_at, track = found
    chosen = moments(track, began_at=began_at, length_s=length_s, every=said.every)
    return Drive(path, movie.digest, began_at, length_s, track, chosen)


def _telemetry(path: Path, movie: Movie) -> Telemetry | Unusable:
    """What is believed of it, by the first camera that knows it as its own."""
    try:
        read = (camera(path, movie) for camera in _CAMERAS)
        found = next((one for one in read if one is not None), None)
    except Broken:
        return Unusable("has telemetry that cannot be read")
    except OSError as error:
        return Unusable(f"cannot be read: {error.strerror or error}")
    if found is None:
        return Unusable("has no track that we can read")
    if isinstance(found, Telemetry):
        found = found.believed()
        return found if found.readings else Unusable("its camera had no fix that we can read")
    return found


def _own(
    telemetry: Telemetry, path: Path, movie: Movie, said: Said
) -> tuple[datetime, Sequence[Fix]] | Unusable:
    began_at = satellites_began(telemetry.readings)
    if began_at is None or (isinstance(began_at, datetime) and not telemetry.utc):
        began_at = said.taken_from or camera_began(began_at, path, movie, said.clock)
    if isinstance(began_at, Unusable):
        return began_at
    return began_at, track_of(telemetry.readings, began_at)


def _from_gpx(
    path: Path, movie: Movie, length_s: float, said: Said, why: str
) -> tuple[datetime, Sequence[Fix]] | Unusable:
    """why: what is told where there is none."""
    try:
        track = _beside(path) or said.track
    except GpxUnreadable as error:
        return Unusable(str(error).removesuffix("."))
    if not track:
        return Unusable(f"{why}: give --gpx, or put {path.stem}.gpx beside it")
    began_at = said.taken_from or _created(movie, said.clock)
    if began_at is None:
        return UNDATED
    if not _covers(track, began_at, length_s):
        return Unusable(
            f"the GPX track knows no place at {began_at:%Y-%m-%d %H:%M:%S %Z}, when it should have "
            "begun: give --utc-offset of its clock, or --taken-from"
        )
    return began_at, track


def _beside(path: Path) -> Sequence[Fix]:
    """The fixes of the GPX file of the same name, if there is one. Raises GpxUnreadable."""
    files = (path.with_suffix(suffix) for suffix in (".gpx", ".GPX"))
    return next((read_gpx(file) for file in files if file.exists()), [])


def _created(movie: Movie, clock: tzinfo | None) -> datetime | None:
    made_at = movie.created_at
    return made_at if made_at is None or clock is None else made_at.replace(tzinfo=clock)


def _covers(track: Sequence[Fix], began_at: datetime, length_s: float) -> bool:
    steps = (timedelta(seconds=length_s * n / _LOOKED_AT) for n in range(_LOOKED_AT + 1))
    return any(position_at(track, began_at + step) is not None for step in steps)
