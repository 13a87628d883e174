"""Deer told from other animals by what a network sees already: all its other answers stay.

    python -m detection.train.naming road.pt --data ../shared/data var/train/sets --out named.pt

Rounds of training see few deer, and learn little of them. Here only the rows of the last layer that
say "deer" are fitted, by logistic regression on the features in front of them: to say so wherever
the network sees an animal that is one, and nowhere else.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from detection.backends.letterbox import Letterbox, scaled_px
from detection.evaluate.matching import corners, overlaps
from detection.far import LONG_SIDE_PX
from detection.labelled import ANIMAL, DEER, LabelledPicture, LabelsError, read_folder
from detection.train.network import build, save_weights

LEAST_SCORE: Final = 0.05  # of an animal, to be asked which
SAME: Final = 0.5
BESIDE: Final = 0.1  # what overlaps an animal by less is none
# Of the other places of a picture, so many at random and so many that are taken for deer.
BACKGROUND: Final = 20
TAKEN_FOR_DEER: Final = 0.1
ROUNDS: Final = 3
WITHOUT_ANIMALS: Final = 400  # pictures
DECAY: Final = 0.01

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """What one level of the head sees in some places. features: (n, channels); is_deer: (n,) of the
    label there; weight: (n,) so that every picture counts as much.
    """

    features: Floats
    is_deer: NDArray[np.bool_]
    weight: Floats


def name_deer(network: Any, pictures: Sequence[LabelledPicture]) -> None:
    """Fit the network's rows for deer; a level that sees none keeps its own. Raises ValueError
    where none sees both deer and what is none.
    """
    layers = _last_layers(network)
    background: list[list[Places]] = [[] for _ in layers]
    for number in range(ROUNDS):
        animals, others = _seen(network, pictures, np.random.default_rng(number))
        if not any(places.is_deer.any() for places in animals):
            raise ValueError("the pictures show no deer that the network sees")
        for layer, deer_or_not, none, before in zip(
            layers, animals, others, background, strict=True
        ):
            before.append(none)
            if deer_or_not.is_deer.any():
                _set_row(layer, *fit(_together([deer_or_not, *before])))


def fit(places: Places) -> tuple[torch.Tensor, torch.Tensor]:
    """(channels,) and () of a logistic regression, ridge on features of equal spread."""
    features = torch.from_numpy(places.features).double()
    is_deer = torch.from_numpy(places.is_deer).double()
    weight = torch.from_numpy(places.weight).double()
    middle, spread = features.mean(0), features.std(0) + 1e-6
    features = (features - middle) / spread
    row = torch.zeros(features.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros((), dtype=torch.float64, requires_grad=True)
    descent = torch.optim.LBFGS([row, bias], max_iter=300, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        descent.zero_grad()
        wrong = torch.nn.functional.binary_cross_entropy_with_logits(
            features @ row + bias, is_deer, weight, reduction="sum"
        )
        total = wrong / weight.sum() + DECAY * row.square().sum()
        total.backward()  # type: ignore[no-untyped-call]  # torch declares no types of it
        return total

    descent.step(loss)  # type: ignore[no-untyped-call]  # as above
    row, bias = row.detach() / spread, bias.detach()
    return row, bias - row @ middle


def _last_layers(network: Any) -> list[Any]:
    """What makes scores of kinds out of features, from fine to coarse."""
    return [branch[-1] for branch in network.model[-1].cv3]


def _set_row(layer: Any, row: torch.Tensor, bias: torch.Tensor) -> None:
    with torch.no_grad():
        layer.weight[DEER, :, 0, 0] = row.to(layer.weight)
        layer.bias[DEER] = bias.to(layer.bias)


def _seen(
    network: Any, pictures: Sequence[LabelledPicture], rng: np.random.Generator
) -> tuple[list[Places], list[Places]]:
    """By level: what the network takes for animals, and some of what it takes for none."""
    network.eval()
    layers = _last_layers(network)
    maps: list[torch.Tensor] = [torch.empty(0)] * len(layers)
    hooks = [
        layer.register_forward_pre_hook(lambda _, given, at=at: maps.__setitem__(at, given[0]))
        for at, layer in enumerate(layers)
    ]
    animals: list[list[Places]] = [[] for _ in layers]
    others: list[list[Places]] = [[] for _ in layers]
    for picture in tqdm(pictures, unit="picture", desc="deer", file=sys.stderr):
        pixels, letterbox = _letterboxed(picture.path)
        with torch.no_grad():
            table = network(pixels)[0][0].numpy().T
        label = _deer_or_not(table, letterbox, picture)
        start = 0
        for level, seen in enumerate(maps):
            features = seen[0].flatten(1).T.numpy()
            here = slice(start, start + len(features))
            start = here.stop
            asked = np.flatnonzero((table[here, 4 + ANIMAL] > LEAST_SCORE) & (label[here] >= 0))
            share = np.full(len(asked), 1 / max(len(asked), 1), np.float32)
            animals[level].append(Places(features[asked], label[here][asked] == 1, share))
            none = _some_background(table[here], rng)
            share = np.full(len(none), 1 / BACKGROUND, np.float32)
            others[level].append(Places(features[none], np.zeros(len(none), bool), share))
    for hook in hooks:
        hook.remove()
    return [_together(level) for level in animals], [_together(level) for level in others]


def _letterboxed(path: Path) -> tuple[torch.Tensor, Letterbox]:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise OSError(f"{path} is no picture that can be read")
    height, width = picture.shape[:2]
    seen_px = scaled_px(max(width, height), LONG_SIDE_PX)
    letterbox = Letterbox.fitting((width, height), seen_px, square=False)
    rgb = np.ascontiguousarray(picture[:, :, ::-1], np.uint8)
    return torch.from_numpy(letterbox.tensor(rgb)[None]), letterbox


def _deer_or_not(table: Floats, letterbox: Letterbox, picture: LabelledPicture) -> NDArray[np.int8]:
    """Of each place: 1 for a deer, 0 for another animal or none, -1 where that is not clear.

    table: (places, 4 + classes), middle and size in pixels, and scores.
    """
    middle, half, score = table[:, :2], table[:, 2:4] / 2, table[:, 4 + ANIMAL]
    boxes = letterbox.unfit(np.column_stack([middle - half, middle + half, score]))[:, :4]
    shares = boxes / np.tile(letterbox.picture, 2)
    deer, animal = (
        overlaps(shares, corners(picture.boxes[picture.classes == kind])).max(axis=1, initial=0)
        for kind in (DEER, ANIMAL)
    )
    return np.select([deer > SAME, animal > SAME, animal > BESIDE], [1, 0, -1], 0).astype(np.int8)


def _some_background(table: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """Places that the network takes for no animal: some at random, and the surest deer of them."""
    none = np.flatnonzero(table[:, 4 + ANIMAL] <= LEAST_SCORE)
    deer = table[none, 4 + DEER]
    surest = np.argsort(-deer)[:BACKGROUND]
    wrong = none[surest[deer[surest] > TAKEN_FOR_DEER]]
    return np.union1d(wrong, rng.choice(none, min(BACKGROUND, len(none)), replace=False))


def _together(parts: Sequence[Places]) -> Places:
    return Places(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.is_deer for part in parts]),
        np.concatenate([part.weight for part in parts]),
    )


def _chosen(roots: Sequence[Path]) -> list[LabelledPicture]:
    """All training pictures with animals, deer known as such, and some without any."""
    known = [p for root in roots for p in read_folder(root, "train") if DEER in p.exhaustive]
    without = [p for p in known if ANIMAL not in p.classes]
    some = np.random.default_rng(0).permutation(len(without))[:WITHOUT_ANIMALS]
    return [p for p in known if ANIMAL in p.classes] + [without[number] for number in some]


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 2 after one sentence on stderr."""
    parser = argparse.ArgumentParser(
        prog="python -m detection.train.naming",
        description=(__doc__ or "").split("\n", 1)[0],
        epilog="example: python -m detection.train.naming road.pt --data ../shared/data "
        "var/train/sets/15 --out named.pt",
    )
    parser.add_argument("weights", type=Path)
    parser.add_argument(
        "--data", nargs="+", type=Path, required=True, help="folders with SOURCE/images/train"
    )
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    try:
        pictures = _chosen(given.data)
        network = build(given.weights)
        name_deer(network, pictures)
        save_weights(network, given.out, {"named": str(given.weights)})
    except (LabelsError, OSError, ValueError) as error:
        sys.stderr.write(f"naming: {error}\n")
        return 2
    sys.stdout.write(f"{given.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
