"""The frames that the detector is measured on: real drives where there are any."""

from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.shipped_models import CAT, SHARED

SIZE = (1280, 720)
COUNT = 4


def frames() -> tuple[str, list[bytes]]:
    """What they are in words, and JPEGs of 1,280 x 720."""
    paths = sorted((SHARED / "gps_frames/driving_sequences").glob("*.jpg"))[:COUNT]
    what = f"{len(paths)} frames of real drives at 1280 x 720"
    if not paths:
        paths = [CAT] * COUNT
        what = "a photograph of a cat at 1280 x 720"
    return what, [_jpeg(path) for path in paths]


def _jpeg(path: Path) -> bytes:
    stream = BytesIO()
    with Image.open(path) as picture:
        picture.convert("RGB").resize(SIZE).save(stream, "JPEG", quality=90)
    return stream.getvalue()
