"""Render a simulated drive: `python -m detection.render --help`."""

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from detection.render.drive import render_drive


def main() -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m detection.render", description=__doc__)
    parser.add_argument("--roads", type=Path, required=True, help="GeoJSON of OpenStreetMap ways")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--drives", type=int, default=2)
    parser.add_argument("--objects", type=int, help="number of hazards along the street")
    parser.add_argument("--spacing", type=float, default=6.0, help="metres between two frames")
    parser.add_argument("--start", type=datetime.fromisoformat, help="ISO time with an offset")
    given = parser.parse_args()
    try:
        summary = render_drive(
            roads=given.roads,
            out=given.out,
            seed=given.seed,
            drives=given.drives,
            start=given.start or datetime.now(UTC) - timedelta(hours=1),
            objects=given.objects,
            frame_spacing_m=given.spacing,
            progress=lambda done, total: _say(f"\r{done}/{total}"),
        )
    except (ValueError, OSError) as error:
        _say(f"\n{error}\n")
        return 1
    where = f"{summary.frames} frames of {summary.street}, {summary.boxes} boxes"
    _say(f"\n{where}: {summary.truth}\n")
    return 0


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
