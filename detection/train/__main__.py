"""Train the road network from labelled pictures; goes on where a killed run stopped."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from detection.labelled import LabelsError, read_folder
from detection.sources import doubtful_sources
from detection.train.loop import Run
from detection.train.recipe import RecipeError, load_recipe
from detection.train.sampling import SampleSet

FIRST = Path(__file__).parent / "round_one.toml"


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 2 after one sentence on stderr."""
    parser = argparse.ArgumentParser(
        prog="python -m detection.train",
        description=__doc__,
        epilog="example: python -m detection.train --data ../shared/data var/train/sets",
    )
    parser.add_argument(
        "--data", nargs="+", type=Path, required=True, help="folders with SOURCE/images/train"
    )
    parser.add_argument("--recipe", type=Path, default=FIRST, help="settings of the run (TOML)")
    parser.add_argument("--out", type=Path, default=Path("var/train/run"), help="folder of the run")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda:0 … (default: auto)")
    parser.add_argument("--threads", type=int, default=2, help="on a CPU (default: 2)")
    parser.add_argument(
        "--clean", action="store_true", help="leave out the sources whose licence is in doubt"
    )
    given = parser.parse_args(arguments)
    if given.threads < 1:
        parser.error("--threads must be at least 1")
    torch.set_num_threads(given.threads)
    try:
        recipe = load_recipe(given.recipe)
        if given.clean:
            recipe = recipe.without(doubtful_sources())
        pictures = [picture for root in given.data for picture in read_folder(root, "train")]
        samples = SampleSet(
            pictures,
            recipe.shares,
            seed=recipe.seed,
            side_px=recipe.square_px,
            seen_px=recipe.seen_px,
            far_px=recipe.far_px,
            mosaic_share=recipe.mosaic,
            pasted_share=recipe.pasted,
        )
        weights = Run(recipe, samples, given.out, given.device).train()
    except (RecipeError, LabelsError, OSError, ValueError) as error:
        sys.stderr.write(f"train: {error}\n")
        return 2
    sys.stdout.write(f"{weights}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
