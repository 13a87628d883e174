"""Place and time of a frame from its EXIF block. What cannot be read is as good as absent."""

import math
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from PIL import ExifTags, Image

from hazardmap.core.seeing.georeference import Georeference

# A camera's block has some 64 kB; a forged one could hold millions of numbers to take apart.
MAX_BLOCK_BYTES = 250_000
# Whoever sends a broken block does not write our log.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

_GPS = ExifTags.GPS
_BASE = ExifTags.Base
_KMH, _MPH, _KNOTS = 1 / 3.6, 0.44704, 0.514444


def read_georeference(image: Image.Image, *, clock: tzinfo | None = None) -> Georeference:
    """Read an opened, not yet decoded picture. Never raises on broken EXIF.

    clock: the time zone of the camera's clock, where the block does not say.
    """
    if len(image.info.get("exif", b"")) > MAX_BLOCK_BYTES:
        return Georeference()
    try:
        # Not `image.getexif()`: for a PNG it decodes the pixels, which only the sandbox may do.
        exif = Image.Image.getexif(image)
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        detail = exif.get_ifd(ExifTags.IFD.Exif)
    except Exception:  # whatever Pillow may raise about broken EXIF, which says nothing
        return Georeference()
    lat = _angle(gps.get(_GPS.GPSLatitude), gps.get(_GPS.GPSLatitudeRef), "N", "S")
    lon = _angle(gps.get(_GPS.GPSLongitude), gps.get(_GPS.GPSLongitudeRef), "E", "W")
    return Georeference(
        lon=lon if lat is not None else None,
        lat=lat if lon is not None else None,
        captured_at=_gps_time(gps) or _camera_time(detail, clock),
        heading_deg=_heading(gps),
        speed_mps=_speed(gps),
        accuracy_m=_positive(gps.get(_GPS.GPSHPositioningError)),
        hfov_deg=_hfov(detail.get(_BASE.FocalLengthIn35mmFilm)),
        # Our own renderer signs what it draws, so that it is never taken for the road.
        provenance="rendered" if exif.get(_BASE.Model) == "renderer" else None,
    )


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]  # anything may stand in a broken block
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _positive(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and number > 0 else None


def _numbers(value: object) -> list[float] | None:
    if not isinstance(value, tuple | list):
        return None
    numbers = [_number(part) for part in value]
    return None if None in numbers else [number for number in numbers if number is not None]


def _angle(value: object, ref: object, positive: str, negative: str) -> float | None:
    """Degrees, minutes and seconds to signed degrees."""
    parts = _numbers(value)
    sign = {positive: 1, negative: -1}.get(str(ref).strip("\x00 ").upper())
    if parts is None or len(parts) != 3 or sign is None:
        return None
    return sign * (parts[0] + parts[1] / 60 + parts[2] / 3600)


def _gps_time(gps: Mapping[int, Any]) -> datetime | None:
    clock = _numbers(gps.get(_GPS.GPSTimeStamp))
    try:
        date = str(gps.get(_GPS.GPSDateStamp)).strip("\x00 ")
        if clock is None or len(clock) != 3:
            return None
        return datetime.strptime(f"{date} +0000", "%Y:%m:%d %z").astimezone(UTC) + timedelta(
            hours=clock[0], minutes=clock[1], seconds=clock[2]
        )
    except (ValueError, OverflowError):
        return None


def _camera_time(detail: Mapping[int, Any], clock: tzinfo | None) -> datetime | None:
    """The camera's clock, only where somebody says in which time zone it runs."""
    text = str(detail.get(_BASE.DateTimeOriginal)).strip("\x00 ")
    zone = str(detail.get(_BASE.OffsetTimeOriginal)).strip("\x00 ")
    moment = _moment(f"{text} {zone}", "%Y:%m:%d %H:%M:%S %z")
    if moment is None and clock is not None and (moment := _moment(text, "%Y:%m:%d %H:%M:%S")):
        moment = moment.replace(tzinfo=clock)
    if moment is None:
        return None
    fraction = str(detail.get(_BASE.SubsecTimeOriginal)).strip("\x00 ")
    if fraction.isascii() and fraction.isdecimal() and len(fraction) <= 6:
        moment += timedelta(seconds=int(fraction) / 10 ** len(fraction))
    return moment.astimezone(UTC)


def _moment(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - whose clock it is, is said elsewhere
    except ValueError:
        return None


def _heading(gps: Mapping[int, Any]) -> float | None:
    """Where the camera looked, else where it drove; magnetic headings are left out."""
    for value, reference in (
        (_GPS.GPSImgDirection, _GPS.GPSImgDirectionRef),
        (_GPS.GPSTrack, _GPS.GPSTrackRef),
    ):
        number = _number(gps.get(value))
        if number is not None and str(gps.get(reference, "T")).strip("\x00 ").upper() == "T":
            return number
    return None


def _speed(gps: Mapping[int, Any]) -> float | None:
    number = _number(gps.get(_GPS.GPSSpeed))
    unit = {"K": _KMH, "M": _MPH, "N": _KNOTS}.get(
        str(gps.get(_GPS.GPSSpeedRef, "K")).strip("\x00 ").upper()
    )
    return number * unit if number is not None and number >= 0 and unit is not None else None


def _hfov(focal_35mm: object) -> float | None:
    """Field of view of a 36 mm wide film; None outside what a dashcam lens can be."""
    focal = _positive(focal_35mm)
    if focal is None:
        return None
    hfov_deg = math.degrees(2 * math.atan(18 / focal))
    return hfov_deg if 20 <= hfov_deg <= 170 else None
