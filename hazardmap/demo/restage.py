"""Copies of real pictures with another time, and if wanted another place, in their EXIF."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.ExifTags import GPS, IFD
from PIL.TiffImagePlugin import IFDRational


@dataclass(frozen=True, slots=True)
class Pose:
    """lon, lat: degrees, WGS84. heading_deg: from north."""

    lon: float
    lat: float
    heading_deg: float


def restage(picture: Path, to: Path, *, at: datetime, pose: Pose | None) -> None:
    """Write a copy of a JPEG that says it was taken at that time and place.

    Without a pose the picture keeps the place that it has. Raises OSError on an unreadable file.
    """
    with Image.open(picture, formats=["JPEG"]) as image:
        exif = image.getexif()
        gps = exif.get_ifd(IFD.GPSInfo)
        gps.update(_time(at.astimezone(UTC)))
        if pose is not None:
            gps.update(_place(pose))
        # Some cameras add pictures behind the first (MPO); Pillow cannot keep those as they are.
        image.save(to, "JPEG", quality="keep" if image.format == "JPEG" else 95, exif=exif)


def _time(at: datetime) -> Mapping[int, Any]:
    seconds = at.second * 1000 + at.microsecond // 1000
    clock = (IFDRational(at.hour), IFDRational(at.minute), IFDRational(seconds, 1000))
    return {GPS.GPSDateStamp: f"{at:%Y:%m:%d}", GPS.GPSTimeStamp: clock}


def _place(pose: Pose) -> Mapping[int, Any]:
    return {
        GPS.GPSLatitudeRef: "N" if pose.lat >= 0 else "S",
        GPS.GPSLatitude: _angle(pose.lat),
        GPS.GPSLongitudeRef: "E" if pose.lon >= 0 else "W",
        GPS.GPSLongitude: _angle(pose.lon),
        GPS.GPSImgDirectionRef: "T",
        GPS.GPSImgDirection: _rational(pose.heading_deg % 360),
        GPS.GPSHPositioningError: _rational(5.0),
    }


def _angle(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    return _rational(abs(degrees)), IFDRational(0), IFDRational(0)


def _rational(value: float) -> IFDRational:
    fraction = Fraction(value).limit_denominator(10_000_000)
    return IFDRational(fraction.numerator, fraction.denominator)
