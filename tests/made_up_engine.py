"""A detector that answers as a test tells it, in the place of the engine."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from detection.decode import Rejection
from detection.engine import Context, Detection, FrameResult
from detection.privacy import BlurReceipt
from detection.quality import Quality

COW = Detection("cow", 0.8, 0.1, 0.2, 0.3, 0.4)
CAR = Context("car", 0.9, 0.5, 0.5, 0.7, 0.8)
SEEN = FrameResult(
    model_version="m",
    detections=(COW, replace(COW, kind="dog", score=0.5)),
    context=(CAR,),
    blurred_jpeg=b"blurred",
    width_px=64,
    height_px=48,
    phash=2**64 - 1,
    quality=Quality(dark=True, usable=True, reason=None),
    receipt=BlurReceipt("faces", 0.2, "plates", 0.2, None, 0.2, ()),
)
Answer = FrameResult | Rejection
Say = Callable[[bytes], Answer]


class Engine:
    """Answers as it is told."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def process(self, images: Sequence[bytes]) -> list[Answer]:
        return [self._say(image) for image in images]
