"""YOLO by `ultralytics`: the only module that imports it and torch for detection.

It loads weights without running code from them, and never talks to the network.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detection.boxes import Boxes
from detection.manifest import ManifestError, Model

# Read by ultralytics when it is imported, and never again.
ENVIRONMENT: Final[Mapping[str, str]] = {
    "ULTRALYTICS_SAFE_LOAD": "1",  # .pt files are read weights-only
    "YOLO_OFFLINE": "1",  # no downloads, no telemetry, no search for updates
    "YOLO_AUTOINSTALL": "false",
    "YOLO_VERBOSE": "false",
}
STRIDE_PX: Final = 32
ENLARGED_PX: Final = 640


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a model sees in one picture. boxes: in pixels; labels: a class name for each row."""

    boxes: Boxes
    labels: tuple[str, ...]


class Yolo:
    """One YOLO detection model, `.pt` or `.onnx`.

    threshold: lowest confidence reported, 0..1; may differ from the model's working threshold.
    config_dir: writable folder for the settings file that ultralytics insists on.
    device: "auto" (a GPU where there is one), "cpu", "cuda:0" …
    threads: of torch, for the whole process, >= 1.
    Raises ManifestError where the weights cannot be read or know other classes than `model` says.
    """

    def __init__(
        self, model: Model, *, threshold: float, device: str, threads: int, config_dir: Path
    ) -> None:
        ultralytics, torch = _import(config_dir)
        torch.set_num_threads(threads)
        if device == "auto":
            device = "cuda:0" if torch.cuda.is_available() else "cpu"
        self._settings = {
            "conf": threshold,
            "device": device,
            "verbose": False,
            "save": False,
        }
        self._model = model
        self._batches = device != "cpu"
        try:
            self._net = ultralytics.YOLO(str(model.path), task="detect", verbose=False)
            # The first run builds the network on its device; it also tells what an ONNX file knows.
            self._predict([np.zeros((64, 64, 3), np.uint8)])
            names = self._net.names
        except Exception as error:
            raise ManifestError(f"cannot load the model {model.path}: {error}") from error
        self._names: tuple[str, ...] = tuple(names[number] for number in sorted(names))
        if self._names != model.classes:
            raise ManifestError(
                f"{model.path} knows the classes {list(self._names)}, "
                f"the manifest says {list(model.classes)}"
            )

    def find(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Found]:
        """What is in each picture (height x width x 3, RGB), in the same order.

        On a GPU pictures of one size run as one batch; mixed sizes would be padded to a square,
        which costs time and would let the result depend on a picture's neighbours. On a CPU a
        batch is slower than one after the other.
        """
        if not self._batches:
            return [self._found(self._predict([picture])[0]) for picture in pictures]
        found: dict[int, Found] = {}
        by_shape = sorted(range(len(pictures)), key=lambda number: pictures[number].shape)
        for _, group in groupby(by_shape, key=lambda number: pictures[number].shape):
            numbers = list(group)
            results = self._predict([pictures[number] for number in numbers])
            found |= zip(numbers, map(self._found, results), strict=True)
        return [found[number] for number in range(len(pictures))]

    def _predict(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Any]:
        # ultralytics takes arrays for BGR, as OpenCV has them
        bgr = [np.ascontiguousarray(picture[:, :, ::-1]) for picture in pictures]
        results: list[Any] = self._net.predict(
            bgr, imgsz=self._side_px(max(bgr[0].shape)), batch=len(bgr), **self._settings
        )
        return results

    def _side_px(self, picture_px: int) -> int:
        """What a picture's long side is scaled to: nothing is enlarged beyond ENLARGED_PX.

        An ONNX file may accept a single size only, so it always gets the model's own.
        """
        if self._model.path.suffix == ".onnx":
            return self._model.long_side_px
        whole = -(-picture_px // STRIDE_PX) * STRIDE_PX
        return min(self._model.long_side_px, max(whole, ENLARGED_PX))

    def _found(self, result: Any) -> Found:
        boxes = np.concatenate(
            [result.boxes.xyxy.cpu().numpy(), result.boxes.conf.cpu().numpy()[:, None]], axis=1
        )
        labels = tuple(self._names[int(number)] for number in result.boxes.cls.cpu().numpy())
        return Found(boxes.astype(np.float32), labels)


def _import(config_dir: Path) -> tuple[Any, Any]:
    """Import ultralytics and torch under ENVIRONMENT."""
    if "ultralytics" not in sys.modules:
        config_dir.mkdir(parents=True, exist_ok=True)
        os.environ.update(ENVIRONMENT, YOLO_CONFIG_DIR=str(config_dir.resolve()))
    # Only now: both read the environment while they are imported.
    import torch  # noqa: PLC0415
    import ultralytics  # noqa: PLC0415
    from ultralytics.utils import ONLINE, SAFE_LOAD  # noqa: PLC0415

    if ONLINE or not SAFE_LOAD:
        raise RuntimeError("ultralytics was imported before detection could make it safe")
    return ultralytics, torch
