"""The track of a BlackVue: what its receiver said, as text in a box `gps ` beside the pictures.

See blackvue_parser.py of github.com/mapillary/mapillary_tools, and QuickTimeStream.pl of
exiftool.org: the box lies in a box `free`, in some files at the top. Each line is a sentence of
NMEA after the camera's own clock.
"""

from pathlib import Path

from hazardmap.footage.boxes import content_of
from hazardmap.footage.movie import Movie
from hazardmap.footage.nmea import LARGEST_TEXT_BYTES, telemetry_of
from hazardmap.footage.telemetry import Telemetry
from hazardmap.footage.unusable import Unusable


def read_blackvue(path: Path, movie: Movie) -> Telemetry | Unusable | None:
    """None where it is no BlackVue's. Raises OSError, and Broken where it is too much."""
    with path.open("rb") as file:
        for where in ((b"free", b"gps "), (b"gps ",)):
            text = content_of(file, *where, most_bytes=LARGEST_TEXT_BYTES)
            if text is not None:
                return telemetry_of(bytes(text), movie.length_s)
    return None
