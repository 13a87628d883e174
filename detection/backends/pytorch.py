"""Networks on PyTorch, and their export to ONNX: the only module that imports torch.

Weights are read without running code from them, and ultralytics never talks to the network.
"""

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from detection.backends.network import Tensor

# Read by ultralytics when it is imported, and never again.
ENVIRONMENT: Final[Mapping[str, str]] = {
    "ULTRALYTICS_SAFE_LOAD": "1",  # .pt files are read weights-only
    "YOLO_OFFLINE": "1",  # no downloads, no telemetry, no search for updates
    "YOLO_AUTOINSTALL": "false",
    "YOLO_VERBOSE": "false",
}
OPSET: Final = 18


class TorchNetwork:
    """A `.pt` of ultralytics in float32.

    device: "cpu", "cuda:0" … threads: of torch, for the whole process, >= 1. config_dir: writable
    folder for the settings file that ultralytics insists on.
    """

    side_px: int | None = None

    def __init__(self, weights: Path, *, device: str, threads: int, config_dir: Path) -> None:
        self._torch, model = _load(weights, config_dir)
        self._torch.set_num_threads(threads)
        self._device = device
        self._net = model.model.fuse(verbose=False).float().eval().to(device)
        self.names = tuple(model.names[number] for number in sorted(model.names))
        self.batches = device != "cpu"

    def run(self, tensor: Tensor) -> Sequence[Tensor]:
        with self._torch.inference_mode():
            output = self._net(self._torch.from_numpy(tensor).to(self._device))
        if isinstance(output, tuple | list):  # the rest is for training
            output = output[0]
        return [output.float().cpu().numpy()]


def gpu() -> str | None:
    """The name of the GPU that torch would use."""
    import torch  # noqa: PLC0415 - large, and only needed where there is a GPU

    return "cuda:0" if torch.cuda.is_available() else None


def export_onnx(weights: Path, target: Path, config_dir: Path) -> None:
    """Write a `.pt` as ONNX that takes pictures and batches of any size; appears whole or not."""
    _, model = _load(weights, config_dir)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        # ultralytics writes beside the weights, and may not be allowed to
        model.ckpt_path = model.model.pt_path = str(Path(folder) / weights.name)
        written = model.export(
            format="onnx", dynamic=True, simplify=True, opset=OPSET, device="cpu", verbose=False
        )
        Path(written).replace(target)


def _load(weights: Path, config_dir: Path) -> tuple[Any, Any]:
    """torch, and the model as ultralytics has it. Raises what torch does where it is no model."""
    if "ultralytics" not in sys.modules:
        config_dir.mkdir(parents=True, exist_ok=True)
        os.environ.update(ENVIRONMENT, YOLO_CONFIG_DIR=str(config_dir.resolve()))
    import torch  # noqa: PLC0415 - both read the environment while they are imported
    from ultralytics import YOLO  # noqa: PLC0415 - as torch
    from ultralytics.utils import ONLINE, SAFE_LOAD  # noqa: PLC0415 - as torch

    if ONLINE or not SAFE_LOAD:
        raise RuntimeError("ultralytics was imported before detection could make it safe")
    return torch, YOLO(str(weights), task="detect", verbose=False)
