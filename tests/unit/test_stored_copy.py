"""What is stored of a picture holds nothing but its pixels, whatever its metadata said."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from detection.decode import Decoded, Decoder, Rejection
from detection.engine import JPEG_QUALITY
from detection.privacy import Private, Region, blur

SECRETS = {
    0x010F: "Maker-Secret",
    0x010E: "Description-Secret",
    0x013B: "Artist-Secret",
    0x8298: "Copyright-Secret",
    0x9C9D: "Author-Secret".encode("utf-16-le"),
}
DETAIL_SECRETS = {0xA430: "Owner-Secret", 0xA431: "Body-Serial-Secret", 0xA435: "Lens-Secret"}
# JPEG segments that hold pixels and tables; APP0 is the JFIF header. All others hold words.
HARMLESS = {0xC0, 0xC2, 0xC4, 0xDA, 0xDB, 0xDD, 0xE0}


def _stored(decoder: Decoder, data: bytes) -> bytes | Rejection:
    """The engine's way from bytes to the stored copy, without its models."""
    decoded = decoder.decode(data)
    if isinstance(decoded, Rejection):
        return decoded
    assert isinstance(decoded, Decoded)
    stream = io.BytesIO()
    picture = blur(decoded.rgb, [Region(Private.FACE, 0.1, 0.1, 0.3, 0.3)])
    picture.save(stream, "JPEG", quality=JPEG_QUALITY)
    return stream.getvalue()


def _segments(jpeg: bytes) -> set[int]:
    """The markers of the segments before the pixels, which follow the last one."""
    found, at = set(), 2
    while jpeg[at] == 0xFF:
        found.add(jpeg[at + 1])
        if jpeg[at + 1] == 0xDA:
            return found
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])
    raise AssertionError("no start of scan")


def _with_secrets(kind: str) -> bytes:
    picture = Image.fromarray(np.full((480, 2400, 3), 120, np.uint8))
    exif = picture.getexif()
    exif.update(SECRETS)
    exif.get_ifd(0x8769).update(DETAIL_SECRETS)
    exif.get_ifd(0x8825).update({1: "N", 2: (60.0, 10.0, 1.0), 3: "E", 4: (24.0, 56.0, 1.0)})
    options = {"comment": b"Comment-Secret", "xmp": b"<x>Xmp-Secret</x>"} if kind == "JPEG" else {}
    stream = io.BytesIO()
    picture.save(stream, kind, exif=exif, icc_profile=b"Icc-Secret" * 20, **options)
    thumbnail = b"\xff\xd8Thumbnail-Secret\xff\xd9"
    return stream.getvalue() + thumbnail  # phones append a second picture to the first


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_pixels_is_stored(decoder, kind):
    sent = _with_secrets(kind)
    assert b"Secret" in sent

    stored = _stored(decoder, sent)

    assert isinstance(stored, bytes)
    assert b"Secret" not in stored
    assert _segments(stored) <= HARMLESS
    with Image.open(io.BytesIO(stored)) as copy:
        assert copy.size == (1920, 384)
        assert not copy.getexif()


def test_real_blocks_of_many_cameras_are_stripped(decoder, shared):
    """GPS, thumbnails and broken blocks of the pictures at hand."""
    pictures = [
        *sorted((shared / "gps_frames/edge_cases").glob("*.jpg")),
        *sorted((shared / "gps_frames/driving_sequences").glob("*.jpg"))[:2],
    ]
    kept = 0
    for path in pictures:
        stored = _stored(decoder, Path(path).read_bytes())
        if isinstance(stored, Rejection):
            continue
        kept += 1
        assert _segments(stored) <= HARMLESS, path.name
        with Image.open(io.BytesIO(stored)) as copy:
            assert max(copy.size) <= 1920
            assert not copy.getexif()
            assert not {"exif", "xmp", "comment", "icc_profile", "photoshop"} & copy.info.keys()
    assert kept > len(pictures) / 2
