"""From the bytes of uploaded pictures to detections and copies that may be shown.

with Engine(load_manifest(Path("detection/weights/manifest.toml"))) as engine:
    for result in engine.process([jpeg_bytes]):
        ...
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from detection import privacy, quality
from detection.backends.centerface import CenterFace
from detection.backends.yolo import Found, Yolo
from detection.decode import Decoded, Decoder, Rejection
from detection.fingerprint import difference_hash
from detection.hazards import HazardFinder, Seen, knows_persons, least_score
from detection.manifest import Manifest
from detection.merge import Report

JPEG_QUALITY: Final = 85
GPU_BATCH: Final = 16
CPU_BATCH: Final = 4  # each network on several: 2 % faster than all networks on each


@dataclass(frozen=True, slots=True)
class Detection:
    """A hazard in a frame. score: 0..1; the box is in shares of width and height (0..1)."""

    kind: str
    score: float
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Context:
    """A person or vehicle in a frame: no hazard, but it hides what is behind it."""

    label: str
    score: float
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class FrameResult:
    """Everything that is kept of a frame.

    model_version: of all hazard models together. blurred_jpeg: the copy that may be stored,
    without any metadata; width_px, height_px: its size, long side at most 1,920. phash: 64-bit
    dHash of the picture before it was blurred.
    """

    model_version: str
    detections: tuple[Detection, ...]
    context: tuple[Context, ...]
    blurred_jpeg: bytes
    width_px: int
    height_px: int
    phash: int
    quality: quality.Quality
    receipt: privacy.BlurReceipt


class Engine:
    """All models, loaded once. For one thread of one process; close it, or use it in a `with`.

    device: "auto" (a GPU where there is one), "cpu", "cuda:0" … for the YOLO models; faces are
    found on the CPU. threads: for the models, >= 1. config_dir: a writable folder for exported
    models and settings. Raises ManifestError where a model cannot be loaded.
    """

    def __init__(
        self,
        manifest: Manifest,
        device: str = "auto",
        threads: int = 1,
        config_dir: Path = Path("var/detection"),
    ) -> None:
        self._manifest = manifest
        self._decoder = Decoder()
        self._hazards = HazardFinder(
            manifest.hazards, device=device, threads=threads, config_dir=config_dir
        )
        self._plates = Yolo(
            manifest.plates,
            threshold=min(manifest.plates.threshold, privacy.VEHICLE_PLATE_THRESHOLD),
            device=device,
            threads=threads,
            config_dir=config_dir,
        )
        self._faces = CenterFace(manifest.faces, threads=threads)
        self._at_once = GPU_BATCH if self._plates.batches else CPU_BATCH

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the decoding process."""
        self._decoder.close()

    def process(self, images: Sequence[bytes]) -> list[FrameResult | Rejection]:
        """One answer per image (JPEG, PNG or WebP), in the same order.

        A bad image is a Rejection and does not touch the others. The same bytes give the same
        answer, except for the noise in blurred regions.
        """
        return [result for answers in self._decoded(images) for result in self._results(answers)]

    def _decoded(self, images: Sequence[bytes]) -> Iterator[list[Decoded | Rejection]]:
        """Decoded images, as many as are looked at together; the next are decoded meanwhile."""
        parts = [images[at : at + self._at_once] for at in range(0, len(images), self._at_once)]
        with ThreadPoolExecutor(1) as beside:
            ahead = None
            for part in parts:
                following = beside.submit(self._decode, part)
                if ahead is not None:
                    yield ahead.result()
                ahead = following
            if ahead is not None:
                yield ahead.result()

    def _decode(self, images: Sequence[bytes]) -> list[Decoded | Rejection]:
        return [self._decoder.decode(image) for image in images]

    def _results(self, answers: Sequence[Decoded | Rejection]) -> list[FrameResult | Rejection]:
        pictures = [answer.rgb for answer in answers if isinstance(answer, Decoded)]
        found = zip(
            pictures, self._hazards.find(pictures), self._plates.find(pictures), strict=True
        )
        results = (self._result(*each) for each in found)
        return [answer if isinstance(answer, Rejection) else next(results) for answer in answers]

    def _result(self, rgb: NDArray[np.uint8], seen: Seen, plates: Found) -> FrameResult:
        height_px, width_px = rgb.shape[:2]
        receipt = self._receipt(rgb, seen, plates)
        stream = BytesIO()
        privacy.blur(rgb, receipt.regions).save(stream, "JPEG", quality=JPEG_QUALITY)
        return FrameResult(
            model_version=self._manifest.hazards.label,
            detections=tuple(Detection(*_fields(report)) for report in seen.hazards),
            context=tuple(Context(*_fields(report)) for report in seen.context),
            blurred_jpeg=stream.getvalue(),
            width_px=width_px,
            height_px=height_px,
            phash=difference_hash(rgb),
            quality=quality.judge(rgb, seen.surely),
            receipt=receipt,
        )

    def _receipt(self, rgb: NDArray[np.uint8], seen: Seen, plates: Found) -> privacy.BlurReceipt:
        manifest = self._manifest
        size_px = (rgb.shape[1], rgb.shape[0])
        likely = privacy.likely_plates(plates.boxes, seen.vehicles, manifest.plates.threshold)
        regions = (
            *privacy.face_regions(self._faces.find(rgb), size_px),
            *privacy.plate_regions(likely, size_px),
            *privacy.head_regions(seen.persons, size_px),
        )
        finders = [model for model in manifest.hazards.models if knows_persons(model)]
        return privacy.BlurReceipt(
            face_model=manifest.faces.label,
            face_threshold=manifest.faces.threshold,
            plate_model=manifest.plates.label,
            plate_threshold=min(manifest.plates.threshold, privacy.VEHICLE_PLATE_THRESHOLD),
            person_model="+".join(model.label for model in finders) or None,
            person_threshold=min([privacy.PERSON_THRESHOLD, *map(least_score, finders)]),
            regions=regions,
        )


def _fields(report: Report) -> tuple[str, float, float, float, float, float]:
    return report.name, report.score, report.left, report.top, report.right, report.bottom
