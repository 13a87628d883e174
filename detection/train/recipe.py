"""What a training run is made of: one TOML file, read once, kept with every checkpoint."""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any


class RecipeError(ValueError):
    """Why a recipe cannot be used, in one sentence that names the field."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of a run; two runs of one recipe on one machine give the same weights.

    seed: of everything. start: weights to begin with, a path from the project's root. square_px:
    side of the training squares, a multiple of 32. seen_px: long side of a frame at run time.
    far_px: long side of its far road there, 0 for squares without that second look.
    batch: squares per step. steps: of the optimiser. learning_rate: at its highest, AdamW.
    backbone_rate: factor for the first ten layers; 0 freezes them. weight_decay: of weights, not of
    biases and norms. warmup: steps of linear rise. hold: steps at the highest rate after that; then
    a cosine down to 2 %. mosaic: share of squares put together from four. pasted: share of squares
    that get cut-outs of other pictures, as if these stood there on boards. muon: whether kernels
    are moved by Muon instead of AdamW. averaged_steps: time constant of the moving average of the
    weights, which is what a run leads to. shares: how often each
    source is drawn from, any positive scale.
    """

    seed: int
    start: Path
    square_px: int
    seen_px: int
    far_px: int
    batch: int
    steps: int
    learning_rate: float
    backbone_rate: float
    weight_decay: float
    warmup: int
    hold: int
    mosaic: float
    pasted: float
    muon: bool
    averaged_steps: int
    shares: dict[str, float]

    def without(self, sources: Collection[str]) -> "Recipe":
        """The same without these sources. Raises RecipeError where none would be left."""
        shares = {name: share for name, share in self.shares.items() if name not in sources}
        if not shares:
            raise RecipeError("no source would be left to train on")
        return replace(self, shares=shares)


def load_recipe(path: Path) -> Recipe:
    """Read a recipe. Raises RecipeError, OSError."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} is not TOML: {error}") from error
    return recipe_from(table, str(path))


def recipe_from(table: dict[str, Any], name: str) -> Recipe:
    """Check a table and make a recipe of it. Raises RecipeError."""
    types = {field.name: field.type for field in fields(Recipe)}
    wrong = sorted(types.keys() ^ table.keys())
    if wrong:
        raise RecipeError(f"{name}: missing or unknown fields {', '.join(wrong)}")
    for field in WHOLE:
        least = 0 if field in ZERO_MAY_BE else 1
        if not isinstance(table[field], int) or table[field] < least:
            raise RecipeError(f"{name}: {field} must be a whole number from {least} on")
    for field in ("learning_rate", "backbone_rate", "weight_decay", "mosaic", "pasted"):
        if not isinstance(table[field], int | float) or not 0 <= table[field] <= 1:
            raise RecipeError(f"{name}: {field} must be a number within 0..1")
    if not isinstance(table["muon"], bool):
        raise RecipeError(f"{name}: muon must be true or false")
    if table["square_px"] % 32 or table["seen_px"] % 32:
        raise RecipeError(f"{name}: square_px and seen_px must be multiples of 32")
    if not isinstance(table["start"], str):
        raise RecipeError(f"{name}: start must be a path in quotes")
    shares = table["shares"]
    if not isinstance(shares, dict) or not all(
        isinstance(share, int | float) and share > 0 for share in shares.values()
    ):
        raise RecipeError(f"{name}: shares must be a table of sources and positive numbers")
    return Recipe(**{**table, "start": Path(table["start"])})


WHOLE = (
    *("seed", "square_px", "seen_px", "far_px", "batch", "steps", "warmup", "hold"),
    "averaged_steps",
)
ZERO_MAY_BE = frozenset({"seed", "far_px", "warmup", "hold"})
