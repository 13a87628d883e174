"""The training loop: step by step, with checkpoints that a killed run goes on from."""

import math
import os
import sys
import time
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, Final

import cv2
import torch
from tqdm import tqdm

from detection.fetch import sha256_of
from detection.train.network import Loss, averaged, build, save_weights
from detection.train.optimiser import optimisers
from detection.train.recipe import Recipe
from detection.train.sampling import SampleSet, batched

CHECKPOINT_EVERY_S: Final = 240.0
LARGEST_GRADIENT: Final = 10.0
LEAST_RATE: Final = 0.02
PAYS: Final = 0.8  # of the time in float32, to be worth the digits that bfloat16 drops


class Interrupted(Exception):
    """The run was told to stop after some steps; its checkpoint is written."""


class Run:
    """One training run in a folder of its own: `last.ckpt` to go on from, `road.pt` in the end.

    device: "auto" (a GPU where there is one), "cpu", "cuda:0" …
    """

    def __init__(self, recipe: Recipe, samples: SampleSet, out: Path, device: str) -> None:
        out.mkdir(parents=True, exist_ok=True)
        if device == "auto":
            device = "cuda:0" if torch.cuda.is_available() else "cpu"
        self._recipe, self._samples, self._out = recipe, samples, out
        self._device = torch.device(device)
        torch.manual_seed(recipe.seed)
        # channels_last and bfloat16 make a step four times as fast on a CPU with AMX
        self._network = build(recipe.start).to(self._device, memory_format=torch.channels_last)
        for parameter in self._network.parameters():
            parameter.requires_grad = True
        self._optimiser = optimisers(self._network, recipe)
        self._average = averaged(self._network, recipe.averaged_steps)
        self._made_of = {
            "another recipe": _plain(recipe),
            "other weights at its start": sha256_of(recipe.start),
            "other pictures": samples.digest,
        }
        self._loss = Loss(self._network)
        self._halves = halves_are_quicker(self._device)
        self._step = 0
        self._resume()

    @property
    def checkpoint(self) -> Path:
        """What a killed run goes on from."""
        return self._out / "last.ckpt"

    def train(self, *, stop_at: int | None = None) -> Path:
        """All steps that are left; the path of the weights.

        stop_at: step to break off at (a checkpoint is written); raises Interrupted then.
        """
        recipe = self._recipe
        last = recipe.steps if stop_at is None else min(stop_at, recipe.steps)
        saved_at = time.monotonic()
        self._network.train()
        loader = self._loader(last)
        with tqdm(total=recipe.steps, initial=self._step, unit="step", file=sys.stderr) as bar:
            for batch in loader:
                shown = self._take_step(batch)
                bar.set_postfix(shown, refresh=False)
                bar.update()
                if time.monotonic() - saved_at > CHECKPOINT_EVERY_S:
                    self.save()
                    saved_at = time.monotonic()
        self.save()
        if self._step < recipe.steps:
            raise Interrupted
        # Only now: what has not learned everything is taken for trained by nobody.
        weights = self._out / "road.pt"
        about = {"recipe": _plain(recipe), "step": self._step}
        save_weights(self._average.ema, weights, about)
        return weights

    def save(self) -> None:
        """Write the checkpoint, replaced as a whole."""
        state = {
            "made of": self._made_of,
            "step": self._step,
            "network": self._network.state_dict(),
            "average": self._average.ema.state_dict(),
            "updates": self._average.updates,
            "optimiser": self._optimiser.state_dict(),
        }
        temporary = self.checkpoint.with_suffix(".part")
        torch.save(state, temporary)
        temporary.replace(self.checkpoint)

    def _resume(self) -> None:
        if not self.checkpoint.exists():
            return
        state = torch.load(self.checkpoint, map_location=self._device, weights_only=True)
        made_of = state.get("made of", {})
        other = [name for name, what in self._made_of.items() if made_of.get(name) != what]
        if other:
            raise ValueError(
                f"{self.checkpoint} is of a run with {other[0]}: delete it or choose another --out"
            )
        self._network.load_state_dict(state["network"])
        self._average.ema.load_state_dict(state["average"])
        self._average.updates = state["updates"]
        self._optimiser.load_state_dict(state["optimiser"])
        self._step = state["step"]

    def _loader(self, last: int) -> Any:
        batch = self._recipe.batch
        numbers = range(self._step * batch, last * batch)
        return torch.utils.data.DataLoader(
            self._samples,
            sampler=numbers,
            batch_size=batch,
            num_workers=1 if self._device.type == "cpu" else 4,
            collate_fn=batched,
            prefetch_factor=4,
            worker_init_fn=_step_back,
        )

    def _take_step(self, batch: dict[str, torch.Tensor]) -> dict[str, str]:
        recipe = self._recipe
        rate = _rate(self._step, recipe)
        for group in self._optimiser.param_groups:
            group["lr"] = rate * group["factor"]
        pictures = batch["img"].to(self._device, memory_format=torch.channels_last).float() / 255
        with torch.autocast(self._device.type, torch.bfloat16, enabled=self._halves):
            found = self._network(pictures)
        losses, items = self._loss(_floats(found), batch)
        loss = losses.sum() / len(pictures)
        self._optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._network.parameters(), LARGEST_GRADIENT)
        self._optimiser.step()
        self._average.update(self._network)
        self._step += 1
        return {name.removesuffix("_loss"): f"{float(v):.2f}" for name, v in items.items()}


@cache
def halves_are_quicker(device: torch.device) -> bool:
    """Whether bfloat16 clearly pays: some processors have it and need twice as long in it.

    Found out once a process, so that all its runs compute alike however busy the machine is.
    """
    if device.type != "cpu":
        return True
    needed_s = {}
    for kind in (torch.float32, torch.bfloat16):
        layer = torch.nn.Conv2d(64, 64, 3, padding=1, dtype=kind, device=device)
        layer = layer.to(memory_format=torch.channels_last)
        maps = torch.ones(4, 64, 64, 64, dtype=kind).to(memory_format=torch.channels_last)
        tries = []
        with torch.no_grad():
            for _ in range(4):
                began = time.perf_counter()
                layer(maps)
                tries.append(time.perf_counter() - began)
        needed_s[kind] = min(tries)
    return needed_s[torch.bfloat16] < PAYS * needed_s[torch.float32]


def _step_back(_: int) -> None:
    """The loader yields to the training threads.

    Those wait for each other thousands of times a step: one that is held up by a loader of the same
    priority holds up all, and a step takes ten times as long.
    """
    os.nice(10)
    cv2.setNumThreads(0)


def _rate(step: int, recipe: Recipe) -> float:
    if step < recipe.warmup:
        return recipe.learning_rate * (step + 1) / recipe.warmup
    held = recipe.warmup + recipe.hold
    done = max(0, step - held) / max(1, recipe.steps - held)
    cosine = (1 + math.cos(math.pi * done)) / 2
    return recipe.learning_rate * (LEAST_RATE + (1 - LEAST_RATE) * cosine)


def _floats(found: Any) -> Any:
    """The network's answer with all tensors as float32: the loss is summed in full precision."""
    if isinstance(found, dict):
        return {name: _floats(value) for name, value in found.items()}
    if isinstance(found, list | tuple):
        return [_floats(value) for value in found]
    return found.float()


def _plain(recipe: Recipe) -> dict[str, Any]:
    return {**asdict(recipe), "start": str(recipe.start)}
