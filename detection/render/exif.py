"""Write a JPEG as a dashcam writes it: with place, direction, speed and time of the picture."""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import radians, tan
from pathlib import Path

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.TiffImagePlugin import IFDRational

from detection.render.solid import Picture

CREDIT = "simulated drive, rendered by hazardmap; road geometry (c) OpenStreetMap contributors"


@dataclass(frozen=True)
class Fix:
    """What the receiver says: WGS 84 degrees, heading from true north, one-sigma error."""

    lon: float
    lat: float
    heading_deg: float
    speed_kmh: float
    accuracy_m: float
    at: datetime


def save_jpeg(path: Path, picture: Picture, fix: Fix, *, hfov_deg: float, quality: int) -> None:
    """Write a picture (h, w, 3) with its EXIF. fix.at must be aware."""
    Image.fromarray(picture).save(path, "JPEG", quality=quality, exif=_exif(fix, hfov_deg))


def _exif(fix: Fix, hfov_deg: float) -> Image.Exif:
    at = fix.at.astimezone(UTC)
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model], exif[Base.Software] = "hazardmap", "renderer", "hazardmap"
    exif[Base.ImageDescription] = CREDIT
    exif[Base.DateTime] = at.strftime("%Y:%m:%d %H:%M:%S")
    details = exif.get_ifd(IFD.Exif)
    details[Base.DateTimeOriginal] = at.strftime("%Y:%m:%d %H:%M:%S")
    details[Base.OffsetTimeOriginal] = "+00:00"
    details[Base.SubsecTimeOriginal] = f"{at.microsecond // 1000:03d}"
    details[Base.FocalLengthIn35mmFilm] = round(focal_35mm(hfov_deg))
    gps = exif.get_ifd(IFD.GPSInfo)
    gps[GPS.GPSVersionID] = b"\x02\x03\x00\x00"
    gps[GPS.GPSLatitudeRef], gps[GPS.GPSLatitude] = "N" if fix.lat >= 0 else "S", _dms(fix.lat)
    gps[GPS.GPSLongitudeRef], gps[GPS.GPSLongitude] = "E" if fix.lon >= 0 else "W", _dms(fix.lon)
    gps[GPS.GPSImgDirectionRef], gps[GPS.GPSImgDirection] = (
        "T",
        _rational(fix.heading_deg % 360, 100),
    )
    gps[GPS.GPSSpeedRef], gps[GPS.GPSSpeed] = "K", _rational(fix.speed_kmh, 100)
    gps[GPS.GPSHPositioningError] = _rational(fix.accuracy_m, 100)
    gps[GPS.GPSDateStamp] = at.strftime("%Y:%m:%d")
    seconds = IFDRational(at.second * 1000 + at.microsecond // 1000, 1000)
    gps[GPS.GPSTimeStamp] = (IFDRational(at.hour, 1), IFDRational(at.minute, 1), seconds)
    return exif


def focal_35mm(hfov_deg: float) -> float:
    """The focal length in mm that gives this view on a frame 36 mm wide."""
    return 18 / tan(radians(hfov_deg) / 2)


def _rational(value: float, per_unit: int) -> IFDRational:
    return IFDRational(round(value * per_unit), per_unit)


def _dms(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    """Degrees, minutes and seconds to 1/10,000 of a second (3 mm)."""
    total = round(abs(degrees) * 3600 * 10_000)
    minutes, seconds = divmod(total, 60 * 10_000)
    whole, minutes = divmod(minutes, 60)
    return IFDRational(whole, 1), IFDRational(minutes, 1), IFDRational(seconds, 10_000)
