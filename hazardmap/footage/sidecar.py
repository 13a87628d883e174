"""The track of a camera that writes what its receiver said into a text file beside the video.

It has the video's name, and is read as NMEA 0183 whatever the camera; older BlackVue write it too.
"""

from pathlib import Path
from typing import Final

from hazardmap.footage.movie import Movie
from hazardmap.footage.nmea import LARGEST_TEXT_BYTES, telemetry_of
from hazardmap.footage.telemetry import Telemetry
from hazardmap.footage.unusable import Broken, Unusable

_SUFFIXES: Final = (".nmea", ".NMEA", ".gps", ".GPS")


def read_sidecar(path: Path, movie: Movie) -> Telemetry | Unusable | None:
    """None where there is no such file. Raises OSError, and Broken where it is too much."""
    for beside in (path.with_suffix(suffix) for suffix in _SUFFIXES):
        if beside.is_file():
            with beside.open("rb") as file:
                text = file.read(LARGEST_TEXT_BYTES + 1)
            if len(text) > LARGEST_TEXT_BYTES:
                raise Broken
            return telemetry_of(text, movie.length_s)
    return None
