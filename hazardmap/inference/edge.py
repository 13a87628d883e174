"""Frames whose detections come from the client: what is kept of them."""

from dataclasses import replace
from io import BytesIO
from typing import Final

from PIL import Image

from detection.decode_child import LONG_SIDE_PX, SHORT_SIDE_PX
from detection.engine import JPEG_QUALITY, Context, Detection, FrameResult
from detection.privacy import BlurReceipt
from detection.quality import Quality
from hazardmap.core.geometry.box import Box
from hazardmap.core.seeing.edge import WHOLE_FRAME, EdgeReport

INCOMPLETE: Final = "edge_incomplete"
UNSEEN: Final = (96, 96, 96)  # what the client did not send, as grey


def edge_result(report: EdgeReport, seen: FrameResult) -> FrameResult:
    """What our engine saw in the crop, with the client's detections instead of its own.

    The crop as we blurred it is laid into an otherwise grey frame, so that every box is in shares
    of the picture that is kept, as with any other frame. Where the client did not say that it
    sent all detections, or the crop fails our gate, the frame speaks against nothing; a crop that
    fails it shows nothing either.
    """
    jpeg, width_px, height_px = _whole(report.crop, seen)
    usable = seen.quality.usable and report.complete
    return replace(
        seen,
        model_version=report.model,
        detections=tuple(
            Detection(d.kind, d.score, d.box.left, d.box.top, d.box.right, d.box.bottom)
            for d in (report.detections if seen.quality.usable else ())
        ),
        context=tuple(
            Context("occluder", 1.0, box.left, box.top, box.right, box.bottom)
            for box in report.occluders
        ),
        blurred_jpeg=jpeg,
        width_px=width_px,
        height_px=height_px,
        quality=Quality(
            dark=seen.quality.dark,
            usable=usable,
            reason=None if usable else seen.quality.reason or INCOMPLETE,
        ),
        receipt=_in_frame(report.crop, seen.receipt),
    )


def _whole(crop: Box, seen: FrameResult) -> tuple[bytes, int, int]:
    """JPEG, width and height of the frame that the crop was taken from, LONG_SIDE_PX at most."""
    if crop == WHOLE_FRAME:
        return seen.blurred_jpeg, seen.width_px, seen.height_px
    width = seen.width_px / (crop.right - crop.left)
    height = seen.height_px / (crop.bottom - crop.top)
    scale = min(1.0, LONG_SIDE_PX / max(width, height))
    size = (max(SHORT_SIDE_PX, round(width * scale)), max(SHORT_SIDE_PX, round(height * scale)))
    left, top = round(crop.left * size[0]), round(crop.top * size[1])
    right, bottom = round(crop.right * size[0]), round(crop.bottom * size[1])
    frame = Image.new("RGB", size, UNSEEN)
    with Image.open(BytesIO(seen.blurred_jpeg)) as part:
        frame.paste(part.resize((max(1, right - left), max(1, bottom - top))), (left, top))
    stream = BytesIO()
    frame.save(stream, "JPEG", quality=JPEG_QUALITY)
    return stream.getvalue(), *size


def _in_frame(crop: Box, receipt: BlurReceipt) -> BlurReceipt:
    """The receipt with its regions in shares of the frame instead of the crop."""
    wide, high = crop.right - crop.left, crop.bottom - crop.top
    regions = (
        replace(
            region,
            left=crop.left + region.left * wide,
            top=crop.top + region.top * high,
            right=crop.left + region.right * wide,
            bottom=crop.top + region.bottom * high,
        )
        for region in receipt.regions
    )
    return replace(receipt, regions=tuple(regions))
