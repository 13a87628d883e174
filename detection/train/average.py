"""The middle between two networks, of which the second went on from the first.

    python -m detection.train.average first/road.pt second/road.pt --out both.pt

It keeps most of what the first knew and takes on most of what the second learned (M. Wortsman et
al., "Robust fine-tuning of zero-shot models", CVPR 2022).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from detection.train.network import build, save_weights


def average(first: Path, second: Path, out: Path) -> None:
    """Write weights that are the mean of both. Both must be road networks."""
    network, other = build(first), build(second).state_dict()
    state = network.state_dict()
    for name, value in state.items():
        if value.is_floating_point():
            value.copy_((value.float() + other[name].float()) / 2)
    save_weights(network, out, {"average": [str(first), str(second)]})


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 2 after one sentence on stderr."""
    parser = argparse.ArgumentParser(
        prog="python -m detection.train.average",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("weights", nargs=2, type=Path, help="two networks of one architecture")
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    given = parser.parse_args(arguments)
    missing = next((path for path in given.weights if not path.is_file()), None)
    if missing is not None:
        sys.stderr.write(f"average: there are no weights {missing}\n")
        return 2
    first, second = given.weights
    average(first, second, given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
