"""Draw a labelled set of road pictures for training a detector.

Example: python -m detection.drawn --backgrounds ../shared/data --out var/drawn --count 100 --seed 1
"""

import argparse
import sys
from pathlib import Path

from detection.drawn.backgrounds import PARTS, BackgroundsError
from detection.drawn.dataset import draw_dataset
from detection.drawn.layouts import LONE
from detection.sources import doubtful_sources


def main() -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m detection.drawn",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--backgrounds", type=Path, nargs="+", required=True, help="folders with road photographs"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--count", type=_positive, required=True, help="number of pictures")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", choices=PARTS, default="train")
    parser.add_argument(
        "--lone",
        type=_share,
        default=LONE,
        help=f"share of pictures with debris, potholes or animals beside what else there is "
        f"(default: {LONE})",
    )
    parser.add_argument("--processes", type=_positive, default=1)
    parser.add_argument(
        "--clean", action="store_true", help="on no photograph whose licence is in doubt"
    )
    given = parser.parse_args()
    try:
        summary = draw_dataset(
            given.backgrounds,
            given.out,
            count=given.count,
            seed=given.seed,
            part=given.part,
            lone=given.lone,
            processes=given.processes,
            without=doubtful_sources() if given.clean else (),
        )
    except (BackgroundsError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    boxes = ", ".join(f"{name} {number}" for name, number in summary.boxes.items())
    sys.stderr.write(f"{summary.pictures} pictures in {given.out}: {boxes}\n")
    return 0


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError("must be 0 to 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
