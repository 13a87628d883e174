"""Pictures, contributors and frames for the tests of what comes in."""

import json
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from itertools import count
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import ExifTags, Image

from hazardmap.accounts.models import Consent, User
from hazardmap.accounts.services import NewDevice, consent_give, device_create
from hazardmap.capture.models import Frame
from hazardmap.capture.services import Accepted, frame_accept
from hazardmap.core.seeing.georeference import Georeference
from hazardmap.footage.exif import read_georeference

GPS, BASE, IFD = ExifTags.GPS, ExifTags.Base, ExifTags.IFD
_number = count()


def driver(name: str = "aino") -> tuple[User, NewDevice]:
    """A contributor, who has agreed to the licence, and the device with its token."""
    owner = User.objects.create_user(f"{name}@drivers.example", "a long enough password")
    consent_give(user=owner, documents=[Consent.Document.UPLOADS])
    return owner, device_create(owner=owner, name=f"{name}'s phone")


def picture(
    *, kind: str = "JPEG", gps: Mapping[int, Any] = {}, detail: Mapping[int, Any] = {}
) -> bytes:
    """A small picture, each with bytes of its own. gps, detail: tags of these EXIF blocks."""
    image = Image.new("RGB", (64, 48), (next(_number) % 256, next(_number) % 256, 90))
    exif = image.getexif()
    exif[BASE.ImageDescription] = f"picture {next(_number)}"
    exif.get_ifd(IFD.GPSInfo).update(gps)
    exif.get_ifd(IFD.Exif).update(detail)
    file = BytesIO()
    image.save(file, kind, exif=exif)
    return file.getvalue()


def gps_tags(lon: float, lat: float, at: datetime | None = None) -> dict[int, Any]:
    """The tags of a position and time, to a ten-thousandth of a second of arc."""
    at = at or datetime.now(UTC)
    return {
        GPS.GPSLatitudeRef: "S" if lat < 0 else "N",
        GPS.GPSLatitude: _sexagesimal(lat),
        GPS.GPSLongitudeRef: "W" if lon < 0 else "E",
        GPS.GPSLongitude: _sexagesimal(lon),
        GPS.GPSDateStamp: at.strftime("%Y:%m:%d"),
        GPS.GPSTimeStamp: (at.hour, at.minute, at.second + at.microsecond / 1e6),
    }


def read(content: bytes) -> Georeference:
    """What the EXIF of a picture says."""
    with Image.open(BytesIO(content)) as image:
        return read_georeference(image)


def _sexagesimal(angle: float) -> tuple[float, float, float]:
    ten_thousandths = round(abs(angle) * 36_000_000)
    minutes, rest = divmod(ten_thousandths, 600_000)
    return minutes // 60, minutes % 60, rest / 10_000


def here(**over: Any) -> dict[str, Any]:
    """Metadata of a frame taken just now."""
    now = datetime.now(UTC).isoformat()
    return {"lon": 24.94, "lat": 60.17, "captured_at": now, "heading_deg": 90} | over


def waiting_frame(device: NewDevice, owner: User) -> Accepted:
    """A frame that waits for a worker."""
    return frame_accept(
        account_id=owner.pk, device_id=device.device_id, image=picture(), metadata=here()
    )


def send(client: Client, token: str, image: bytes, metadata: Any = None) -> Any:
    body: dict[str, Any] = {"image": SimpleUploadedFile("frame.jpg", image)}
    if metadata is not None:
        body["metadata"] = json.dumps(metadata)
    return client.post("/api/v1/frames", body, headers={"Authorization": f"Bearer {token}"})


def stored_originals() -> list[str]:
    if not default_storage.exists("originals"):
        return []
    listed: Callable[[str], Any] = default_storage.listdir
    folders = listed("originals")[0]
    return [name for folder in folders for name in listed(f"originals/{folder}")[1]]


def assert_nothing_stored() -> None:
    assert not Frame.objects.exists()
    assert not stored_originals()


def gpx(*fixes: tuple[float, float, datetime]) -> str:
    """A track of positions and times, as a receiver writes it."""
    points = "".join(
        f'<trkpt lat="{lat}" lon="{lon}"><time>{at:%Y-%m-%dT%H:%M:%SZ}</time></trkpt>'
        for lon, lat, at in fixes
    )
    space = "http://www.topografix.com/GPX/1/1"
    return f'<gpx xmlns="{space}" version="1.1"><trk><trkseg>{points}</trkseg></trk></gpx>'


def png_header(width: int, height: int) -> bytes:
    """The beginning of a PNG of that size, a few bytes long: no pixel follows."""
    header = width.to_bytes(4) + height.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", b"")


def _chunk(name: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4) + name + content + zlib.crc32(name + content).to_bytes(4)
