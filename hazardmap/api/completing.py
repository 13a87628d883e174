"""What the EXIF of pictures leaves open, said by whoever sends them: clock, times, a track."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, Final

from PIL import Image

from hazardmap.api.uploading import Item
from hazardmap.capture.exif import read_georeference
from hazardmap.core.seeing.georeference import Georeference
from hazardmap.footage.track import Fix, position_at

# Where receivers say that they are as long as they do not know.
NOT_MEASURED: Final = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Completing:
    """clock: the time zone of the camera, where the EXIF does not say.

    taken_from, every: when the first picture was taken and how far apart they are, for those
    without any time, such as frames of a video. track: where the camera was.
    """

    clock: tzinfo | None = None
    taken_from: datetime | None = None
    every: timedelta = timedelta(seconds=1)
    track: Sequence[Fix] = ()

    def items(self, pictures: Sequence[Path]) -> list[Item]:
        """The pictures in their order, each with what its EXIF does not say."""
        if self == Completing():
            return [Item(picture) for picture in pictures]
        return [self._item(picture, n) for n, picture in enumerate(pictures)]

    def _item(self, picture: Path, number: int) -> Item:
        said, at = _read(picture, None), _read(picture, self.clock).captured_at
        if at is None and self.taken_from is not None:
            at = self.taken_from + number * self.every
        found: dict[str, Any] = {}
        if said.captured_at is None and at is not None:
            found["captured_at"] = at.isoformat()
        placed = said.lon is not None and (said.lon, said.lat) != NOT_MEASURED
        if placed or at is None or not self.track:
            return Item(picture, found)
        place = position_at(self.track, at)
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
