"""What the EXIF of pictures leaves open, said by whoever sends them: clock, times, a track."""

from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path
from typing import Any, Final

from PIL import Image

from hazardmap.core.seeing.georeference import Georeference
from hazardmap.footage.drive import Said
from hazardmap.footage.exif import read_georeference
from hazardmap.footage.track import position_at
from hazardmap.uploader.uploading import Item

# Where receivers say that they are as long as they do not know.
NOT_MEASURED: Final = (0.0, 0.0)


def completed(pictures: Sequence[Path], said: Said) -> list[Item]:
    """The pictures in their order, each with what its EXIF does not say.

    said: `taken_from` of the first picture and `every` between them for those without any time,
    such as frames of a video.
    """
    if said == Said():
        return [Item(picture) for picture in pictures]
    return [_completed(picture, n, said) for n, picture in enumerate(pictures)]


def _completed(picture: Path, number: int, said: Said) -> Item:
    shown, at = _read(picture, None), _read(picture, said.clock).captured_at
    if at is None and said.taken_from is not None:
        at = said.taken_from + number * said.every
    found: dict[str, Any] = {}
    if shown.captured_at is None and at is not None:
        found["captured_at"] = at.isoformat()
    placed = shown.lon is not None and (shown.lon, shown.lat) != NOT_MEASURED
    if placed or at is None or not said.track:
        return Item(picture, found)
    place = position_at(said.track, at)
    if place is None:
        why = f"the GPX track knows no place at {at:%Y-%m-%d %H:%M:%S %Z}"
        return Item(picture, found, note=why)
    found["lon"], found["lat"] = place
    return Item(picture, found)


def _read(picture: Path, clock: tzinfo | None) -> Georeference:
    """Nothing of a file that is no picture: the server says what is wrong with it."""
    try:
        with Image.open(picture) as image:
            return read_georeference(image, clock=clock)
    except Exception:
        return Georeference()
