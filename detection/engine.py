"""From the bytes of uploaded pictures to detections and copies that may be shown.

with Engine(load_manifest(Path("detection/weights/manifest.toml"))) as engine:
    for result in engine.process([jpeg_bytes]):
        ...
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from detection import privacy, quality
from detection.backends.centerface import CenterFace
from detection.backends.ultralytics_yolo import Found, Yolo
from detection.boxes import strongest
from detection.decode import Decoded, Decoder, Rejection
from detection.fingerprint import difference_hash
from detection.manifest import Manifest

JPEG_QUALITY: Final = 85
# Two reports of the same thing as two kinds (cow and horse) overlap more than this.
SAME_THING_OVERLAP: Final = 0.7
PERSON: Final = "person"
LEAST_SHARE: Final = 0.001


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

    model_version: of the hazard model. blurred_jpeg: the copy that may be stored, without any
    metadata; width_px, height_px: its size, long side at most 1,920. phash: 64-bit dHash of the
    picture before it was blurred.
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
    found on the CPU. threads: for the models, >= 1. config_dir: a writable folder for the
    settings file that the YOLO package insists on. Raises ManifestError where a model cannot be
    loaded.
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
        self._hazards = Yolo(
            manifest.hazards,
            threshold=min(manifest.hazards.threshold, privacy.PERSON_THRESHOLD),
            device=device,
            threads=threads,
            config_dir=config_dir,
        )
        self._plates = Yolo(
            manifest.plates,
            threshold=manifest.plates.threshold,
            device=device,
            threads=threads,
            config_dir=config_dir,
        )
        self._faces = CenterFace(
            manifest.faces.path,
            threshold=manifest.faces.threshold,
            long_side_px=manifest.faces.long_side_px,
            threads=threads,
        )

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
        answers = [self._decoder.decode(image) for image in images]
        pictures = [answer.rgb for answer in answers if isinstance(answer, Decoded)]
        found = zip(
            pictures, self._hazards.find(pictures), self._plates.find(pictures), strict=True
        )
        results = (self._result(*each) for each in found)
        return [answer if isinstance(answer, Rejection) else next(results) for answer in answers]

    def _result(self, rgb: NDArray[np.uint8], seen: Found, plates: Found) -> FrameResult:
        height_px, width_px = rgb.shape[:2]
        detections, context = self._sorted(seen, (width_px, height_px))
        receipt = self._receipt(rgb, seen, plates)
        stream = BytesIO()
        privacy.blur(rgb, receipt.regions).save(stream, "JPEG", quality=JPEG_QUALITY)
        return FrameResult(
            model_version=self._manifest.hazards.label,
            detections=detections,
            context=context,
            blurred_jpeg=stream.getvalue(),
            width_px=width_px,
            height_px=height_px,
            phash=difference_hash(rgb),
            quality=quality.judge(rgb, _surely_seen(seen)),
            receipt=receipt,
        )

    def _sorted(
        self, seen: Found, size_px: tuple[int, int]
    ) -> tuple[tuple[Detection, ...], tuple[Context, ...]]:
        """Hazards and context at the working threshold, one report per thing, best score first."""
        model = self._manifest.hazards
        kinds = np.array([label in model.kinds for label in seen.labels], bool)
        hides = np.array([label in model.context for label in seen.labels], bool)
        shares = (seen.boxes[:, 0:4].astype(float) / np.tile(size_px, 2)).clip(0, 1)
        # What lies outside the frame has no extent left inside it.
        inside = (shares[:, 2:4] - shares[:, 0:2]).min(axis=1, initial=1.0) > LEAST_SHARE
        sure = (seen.boxes[:, 4] >= model.threshold) & inside

        def chosen(mask: NDArray[np.bool_]) -> list[tuple[str, float, list[float]]]:
            numbers = np.flatnonzero(mask & sure)
            kept = numbers[strongest(seen.boxes[numbers], SAME_THING_OVERLAP)]
            return [
                (seen.labels[i], round(float(seen.boxes[i, 4]), 4), shares[i].round(4).tolist())
                for i in kept
            ]

        detections = (
            Detection(model.kinds[label], score, *box) for label, score, box in chosen(kinds)
        )
        context = (Context(label, score, *box) for label, score, box in chosen(hides))
        return tuple(detections), tuple(context)

    def _receipt(self, rgb: NDArray[np.uint8], seen: Found, plates: Found) -> privacy.BlurReceipt:
        manifest = self._manifest
        size_px = (rgb.shape[1], rgb.shape[0])
        persons = seen.boxes[[label == PERSON for label in seen.labels]]
        regions = (
            *privacy.face_regions(self._faces.find(rgb), size_px),
            *privacy.plate_regions(plates.boxes, size_px),
            *privacy.head_regions(persons, size_px),
        )
        return privacy.BlurReceipt(
            face_model=manifest.faces.label,
            face_threshold=manifest.faces.threshold,
            plate_model=manifest.plates.label,
            plate_threshold=manifest.plates.threshold,
            person_model=manifest.hazards.label if PERSON in manifest.hazards.classes else None,
            person_threshold=min(manifest.hazards.threshold, privacy.PERSON_THRESHOLD),
            regions=regions,
        )


def _surely_seen(seen: Found) -> set[str]:
    """What the frame gate may go by."""
    scores = seen.boxes[:, 4].tolist()
    return {
        label for label, score in zip(seen.labels, scores, strict=True) if score >= quality.SURE
    }
