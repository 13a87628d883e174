"""YOLO models on whichever backend is fastest, with the answers that ultralytics would give."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detection.backends.export import exported
from detection.backends.letterbox import Letterbox, scaled_px
from detection.backends.network import Backend, Network, Tensor
from detection.backends.runtime import fastest, open_onnx
from detection.boxes import Boxes, strongest
from detection.manifest import ManifestError, Model

# As in ultralytics' predict(): boxes of one class that overlap more are one, 300 at most are kept.
OVERLAP: Final = 0.7
MOST: Final = 300
APART_PX: Final = 7680.0  # moves the boxes of different classes out of each other's way


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What a model sees in one picture. boxes: in pixels; labels: a class name for each row."""

    boxes: Boxes
    labels: tuple[str, ...]


class Yolo:
    """One YOLO detection model, `.pt` or `.onnx`.

    threshold: lowest confidence reported, 0..1; may differ from the model's working threshold.
    config_dir: writable folder; holds the exports and the settings file of ultralytics.
    device: "auto" (a GPU where there is one), "cpu", "cuda:0" …
    threads: >= 1. backend: None for the fastest one that is installed.
    Raises ManifestError where the weights cannot be read or know other classes than `model` says.
    """

    def __init__(
        self,
        model: Model,
        *,
        threshold: float,
        device: str,
        threads: int,
        config_dir: Path,
        backend: Backend | None = None,
    ) -> None:
        self._model = model
        self._threshold = threshold
        self._memory = np.empty(0, np.float32)
        try:
            self._net = _opened(model, device, threads, config_dir, backend)
        except Exception as error:  # whatever the backends may raise about a file
            raise ManifestError(f"cannot load the model {model.path}: {error}") from error
        if self._net.names != model.classes:
            raise ManifestError(
                f"{model.path} knows the classes {list(self._net.names)}, "
                f"the manifest says {list(model.classes)}"
            )

    @property
    def batches(self) -> bool:
        """Whether several pictures at once are faster than one after the other."""
        return self._net.batches

    def find(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Found]:
        """What is in each picture (height x width x 3, RGB), in the same order.

        Where batches are faster, pictures of one size run as one; mixed sizes would be padded to
        a square, which costs time and lets the result depend on a picture's neighbours.
        """
        if not self.batches:
            return [found for picture in pictures for found in self._find([picture])]
        found: dict[int, Found] = {}
        by_shape = sorted(range(len(pictures)), key=lambda number: pictures[number].shape)
        for _, group in groupby(by_shape, key=lambda number: pictures[number].shape):
            numbers = list(group)
            answers = self._find([pictures[number] for number in numbers])
            found |= zip(numbers, answers, strict=True)
        return [found[number] for number in range(len(pictures))]

    def fit(self, picture: NDArray[np.uint8]) -> Letterbox:
        """How a picture is placed before the network sees it."""
        height, width = picture.shape[:2]
        side_px = self._net.side_px
        if side_px is not None:
            return Letterbox.fitting((width, height), side_px, square=True)
        side_px = scaled_px(max(width, height), self._model.long_side_px)
        return Letterbox.fitting((width, height), side_px, square=False)

    def run(self, tensor: Tensor) -> Tensor:
        """The bare network: n x 3 x height x width to its first output."""
        return self._net.run(tensor)[0]

    def _find(self, pictures: Sequence[NDArray[np.uint8]]) -> list[Found]:
        """All pictures have one size."""
        placed = self.fit(pictures[0])
        width, height = placed.canvas
        tensors = self._room((len(pictures), 3, height, width))
        for tensor, picture in zip(tensors, pictures, strict=True):
            placed.fill(tensor, picture)
        return [self._found(rows, placed) for rows in self.run(tensors)]

    def _room(self, shape: tuple[int, ...]) -> Tensor:
        """The same memory each time: to be given fresh memory takes longer than to fill it."""
        size = math.prod(shape)
        if self._memory.size < size:
            self._memory = np.empty(size, np.float32)
        return self._memory[:size].reshape(shape)

    def _found(self, output: Tensor, placed: Letterbox) -> Found:
        boxes, numbers = _decoded(output, len(self._model.classes), self._threshold)
        labels = tuple(self._model.classes[number] for number in numbers)
        return Found(placed.unfit(boxes), labels)


def _opened(
    model: Model, device: str, threads: int, config_dir: Path, backend: Backend | None
) -> Network:
    if model.path.suffix == ".pt" and device == "auto" and backend is None:
        device = _gpu() or "cpu"
    chosen, precision = fastest(model.coarsest, "cpu" if device == "auto" else device)
    if backend is not None:
        chosen, precision = backend, model.precision
    if model.path.suffix == ".onnx" or chosen is not Backend.PYTORCH:
        if chosen is Backend.PYTORCH:
            chosen = Backend.ONNXRUNTIME
        path = exported(model, config_dir)
        bits = model.eight_bits
        return open_onnx(path, chosen, precision=precision, eight_bits=bits, threads=threads)
    from detection.backends.pytorch import TorchNetwork  # noqa: PLC0415 - torch is large

    device = "cpu" if device == "auto" else device
    return TorchNetwork(model.path, device=device, threads=threads, config_dir=config_dir)


def _decoded(output: Tensor, classes: int, threshold: float) -> tuple[Boxes, NDArray[np.intp]]:
    """Boxes on the canvas and their class numbers, best score first.

    output: (4 + classes) x cells with middles and sizes; or, of a network that needs no
    suppression, rows of left, top, right, bottom, score, class.
    """
    if output.shape[1] == 6 and output.shape[0] != 4 + classes:
        rows = output[output[:, 4] > threshold]
        rows = rows[np.argsort(-rows[:, 4], kind="stable")]
        return rows[:, :5], rows[:, 5].astype(np.intp)
    scores = output[4:]
    cells = np.flatnonzero(scores.max(axis=0) > threshold)
    numbers = scores[:, cells].argmax(axis=0)
    middle, half = output[0:2, cells], output[2:4, cells] / 2
    boxes = np.concatenate([middle - half, middle + half, scores[numbers, cells][None]]).T
    moved = boxes.copy()
    moved[:, 0:4] += (numbers * np.float32(APART_PX))[:, None]
    kept = strongest(moved, OVERLAP)[:MOST]
    return boxes[kept], numbers[kept]


def _gpu() -> str | None:
    """A GPU that torch can use; without the driver's device file torch need not be asked."""
    if not Path("/dev/nvidiactl").exists() and not Path("/dev/kfd").exists():
        return None
    from detection.backends.pytorch import gpu  # noqa: PLC0415 - torch is large

    return gpu()
