"""Between two networks, of which the second went on from the first: by default the middle.

    python -m detection.train.average first/road.pt second/road.pt --share 0.25 --out both.pt

It keeps most of what the first knew and takes on most of what the second learned (M. Wortsman et
al., "Robust fine-tuning of zero-shot models", CVPR 2022).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from detection.train.network import build, save_weights


def average(first: Path, second: Path, out: Path, share: float = 0.5) -> None:
    """Write the weighted mean of both. share: of the second, 0..1. Both must be road networks."""
    network, other = build(first), build(second).state_dict()
    state = network.state_dict()
    for name, value in state.items():
        if value.is_floating_point():
            value.copy_(torch.lerp(value.float(), other[name].float(), share))
    save_weights(network, out, {"average": [str(first), str(second)], "share": share})


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 2 after one sentence on stderr."""
    parser = argparse.ArgumentParser(
        prog="python -m detection.train.average",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("weights", nargs=2, type=Path, help="two networks of one architecture")
    parser.add_argument("--share", type=float, default=0.5, help="of the second, 0..1 (0.5)")
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    given = parser.parse_args(arguments)
    if not 0 <= given.share <= 1:
        parser.error("--share must be within 0..1")
    missing = next((path for path in given.weights if not path.is_file()), None)
    if missing is not None:
        sys.stderr.write(f"average: there are no weights {missing}\n")
        return 2
    first, second = given.weights
    average(first, second, given.out, given.share)
    return 0


if __name__ == "__main__":
    sys.exit(main())
