"""Networks on ONNX Runtime."""

import ast
from collections.abc import Sequence
from pathlib import Path

import onnxruntime as ort

from detection.backends.network import Tensor


class OnnxNetwork:
    """An ONNX network in float32 on the CPU. threads: >= 1."""

    batches = False

    def __init__(self, model: Path | bytes, *, threads: int) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors; its warnings are about weights nobody uses
        self._session = ort.InferenceSession(
            model if isinstance(model, bytes) else str(model),
            options,
            providers=["CPUExecutionProvider"],
        )
        [picture] = self._session.get_inputs()
        self._input = picture.name
        side = picture.shape[-1] if picture.shape else None
        self.side_px = side if isinstance(side, int) else None
        # ultralytics writes the classes as a Python dict: {0: 'person', …}
        names = self._session.get_modelmeta().custom_metadata_map.get("names", "{}")
        self.names: tuple[str, ...] = tuple(ast.literal_eval(names).values())

    def run(self, tensor: Tensor) -> Sequence[Tensor]:
        outputs: list[Tensor] = self._session.run(None, {self._input: tensor})
        return outputs
