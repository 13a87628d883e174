"""How the weights move: by AdamW, or kernels by Muon and the rest by AdamW."""

from collections.abc import Iterable
from typing import Any, Final

import torch
from ultralytics.optim.muon import muon_update

from detection.train.network import BACKBONE_LAYERS
from detection.train.recipe import Recipe

MOMENTUM: Final = 0.95
# A step of Muon is then about as long as one of AdamW with the same rate (J. Liu et al., "Muon is
# scalable for LLM training", 2025).
LIKE_ADAMW: Final = 0.2


class Muon(torch.optim.Optimizer):
    """Moves kernels (out x in x height x width) along the nearest orthogonal matrix to their
    momentum (K. Jordan, "Muon", 2024): weak directions learn as fast as strong ones.
    """

    def __init__(self, groups: Iterable[dict[str, Any]], lr: float) -> None:
        super().__init__(groups, {"lr": lr, "weight_decay": 0.0})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # nothing to ask again
        for group in self.param_groups:
            kernels = [kernel for kernel in group["params"] if kernel.grad is not None]
            for kernel in kernels:
                if not self.state[kernel]:
                    self.state[kernel]["momentum"] = torch.zeros_like(kernel)
            grads = [kernel.grad for kernel in kernels]
            momenta = [self.state[kernel]["momentum"] for kernel in kernels]
            updates = muon_update(grads, momenta, beta=MOMENTUM)
            for kernel, update in zip(kernels, updates, strict=True):
                length = LIKE_ADAMW * max(kernel.shape[0], kernel[0].numel()) ** 0.5
                kernel.mul_(1 - group["lr"] * group["weight_decay"])
                kernel.add_(update, alpha=-group["lr"] * length)


class Optimisers:
    """Several as one."""

    def __init__(self, parts: list[torch.optim.Optimizer]) -> None:
        self._parts = parts

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        return [group for part in self._parts for group in part.param_groups]

    def zero_grad(self) -> None:
        for part in self._parts:
            part.zero_grad(set_to_none=True)

    def step(self) -> None:
        for part in self._parts:
            part.step()

    def state_dict(self) -> list[dict[str, Any]]:
        return [part.state_dict() for part in self._parts]

    def load_state_dict(self, states: list[dict[str, Any]]) -> None:
        for part, state in zip(self._parts, states, strict=True):
            part.load_state_dict(state)


def optimisers(network: torch.nn.Module, recipe: Recipe) -> Optimisers:
    """No decay of biases and norms; a group's `factor` is its share of the rate."""
    groups: dict[tuple[bool, bool, bool], list[torch.nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        backbone = int(name.split(".")[1]) < BACKBONE_LAYERS
        # A kernel for one channel alone is no matrix.
        by_muon = recipe.muon and parameter.ndim == 4 and parameter.shape[1] > 1
        groups.setdefault((by_muon, backbone, parameter.ndim > 1), []).append(parameter)

    def of(wanted: bool) -> list[dict[str, Any]]:
        return [
            {
                "params": parameters,
                "factor": recipe.backbone_rate if backbone else 1.0,
                "weight_decay": recipe.weight_decay if decays else 0.0,
            }
            for (by_muon, backbone, decays), parameters in groups.items()
            if by_muon is wanted
        ]

    rate = recipe.learning_rate
    adamw = torch.optim.AdamW(of(wanted=False), lr=rate, betas=(0.9, 0.999))
    return Optimisers([adamw, *([Muon(of(wanted=True), lr=rate)] if recipe.muon else [])])
