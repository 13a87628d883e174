"""The road network and its loss: YOLO26n with our classes, and labels that may be incomplete."""

import copy
import os
from pathlib import Path
from typing import Any, Final

import torch

from detection.backends.pytorch import ENVIRONMENT

os.environ.update(ENVIRONMENT)  # ultralytics reads it when it is imported
from ultralytics import YOLO
from ultralytics.cfg import get_cfg
from ultralytics.nn.tasks import DetectionModel, yaml_model_load
from ultralytics.utils.loss import v8DetectionLoss
from ultralytics.utils.torch_utils import ModelEMA

from detection.labelled import ANIMAL, CLASSES, DEER

ARCHITECTURE: Final = "yolo26n.yaml"
BACKBONE_LAYERS: Final = 10


def build(start: Path) -> DetectionModel:
    """The network with our classes; what fits of the weights in `start` is taken from there.

    YOLO26 has a second head that needs no suppression of doubles. At run time the first one is
    asked, and the second sends nothing back to what both share: it is left out.
    """
    plan = yaml_model_load(ARCHITECTURE) | {"end2end": False}
    network = DetectionModel(plan, nc=len(CLASSES), verbose=False)
    network.load(YOLO(str(start), task="detect", verbose=False).model, verbose=False)
    network.names = dict(enumerate(CLASSES))
    network.args = get_cfg()
    return network


class _HierarchicalEntropy(torch.nn.Module):
    """Binary cross-entropy per anchor and class, in which a deer is an animal too."""

    def forward(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        targets = targets.clone()
        targets[..., ANIMAL] = torch.maximum(targets[..., ANIMAL], targets[..., DEER])
        return torch.nn.functional.binary_cross_entropy_with_logits(
            logits, targets, reduction="none"
        )


class Loss(v8DetectionLoss):  # type: ignore[misc]  # ultralytics has no types
    """ultralytics' loss that does not punish a find where the labels are not complete."""

    def __init__(self, network: DetectionModel) -> None:
        super().__init__(network)
        self.bce = _HierarchicalEntropy()

    def loss(self, preds: dict[str, torch.Tensor], batch: dict[str, torch.Tensor]) -> Any:
        # multiplied onto the entropy of (batch, anchors, classes)
        self.class_weights = batch["judged"][:, None, :].to(self.device)
        return super().loss(preds, batch)


def averaged(network: torch.nn.Module, steps: float) -> Any:
    """ultralytics' moving average of the weights (`ema`, `update()`), over about so many steps."""
    return ModelEMA(network, decay=1 - 1 / (2 * steps), tau=steps)


def save_weights(network: torch.nn.Module, path: Path, about: dict[str, Any]) -> None:
    """Write weights in ultralytics' own format, half precision; replaced as a whole."""
    plain = copy.deepcopy(network).half().to(memory_format=torch.contiguous_format)
    for parameter in plain.parameters():
        parameter.requires_grad = False
    temporary = path.with_suffix(".part")
    torch.save({"model": plain.eval(), "train_args": {"task": "detect"}, **about}, temporary)
    temporary.replace(path)
