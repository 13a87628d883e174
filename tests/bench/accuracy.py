"""Put an evaluation's figures into docs/benchmarks/detector.{md,json}; part of `make evaluate`.

Example: python -m tests.bench.accuracy var/evaluate/report
"""

import argparse
import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.figures import BENCHMARKS, Figure, figure, put, put_section

KINDS = {
    "real": ("cone", "pothole", "animal", "barrier", "construction_vehicle", "worker"),
    "reviewed": ("animal",),
    "drawn": ("drum_barrel", "roadwork_sign", "debris"),
}
NAMES = {"real": "ap50_{}", "reviewed": "ap50_{}_reviewed", "drawn": "drawn_ap50_{}"}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.accuracy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("measured", type=Path, help="folder of detection.evaluate's report.json")
    write(json.loads((parser.parse_args().measured / "report.json").read_text()), BENCHMARKS)


def write(report: dict[str, Any], folder: Path) -> None:
    """Replace these figures and their section; those of other benchmarks stay."""
    found = figures(report)
    put(folder / "detector.json", found)
    put_section(folder / "detector.md", "accuracy", text(report, found))


def figures(report: dict[str, Any]) -> list[Figure]:
    """The named figures of a parsed report.json."""
    found = [
        figure(NAMES[source].format(row["kind"]), row["ap50"]["value"], note=note)
        for source, kinds in KINDS.items()
        for row in report["kinds"]
        if row["source"] == source and row["kind"] in kinds
        for note in [
            f"95 % {row['ap50']['low']:.3f} to {row['ap50']['high']:.3f} by scene; "
            f"{row['boxes']} boxes in {row['pictures']} pictures"
            f"{', labels as reviewed' * (source == 'reviewed')}"
        ]
    ]
    alarms = report["false_alarms"]
    if alarms["frames"]:
        share = alarms["per_frame"]
        note = f"{alarms['alarmed']} of {alarms['frames']}, at most {1000 * share['high']:.1f}"
        found.append(
            figure("false_alarms_per_1000", 1000 * share["value"], unit="frames", note=note)
        )
    errors = report["calibration"]
    note = "expected calibration error of reports above 0.1, ten bins"
    found.append(figure("ece_before", errors["error_before"], note=note))
    found.append(figure("ece_after", errors["error_after"], note=f"{note}, cross-validated"))
    if drive := report["drive"]:
        note = "before fusion: things seen within 40 m that are found in a frame or more"
        found.append(figure("drive_detector_recall_40m", drive["found"][""]["value"], note=note))
        note = f"false passes before fusion, over {drive['length_m'] / 1000:.2f} km"
        found.append(
            figure("drive_detector_false_per_km", drive["false_per_km"], unit="1/km", note=note)
        )
    return found


def text(report: dict[str, Any], found: list[Figure]) -> str:
    """The section of the document."""
    rows = [f"| `{f['measure']}` | {f['value']} | {f['unit']} | {f['note']} |" for f in found]
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}"
    return "\n".join(
        [
            "## How good it is",
            "",
            f"Machine: {machine}. {datetime.now(UTC):%Y-%m-%d}. More in the",
            "[model card](../model-card.md).",
            "",
            "| measure | value | unit | how |",
            "|---|---|---|---|",
            *rows,
            "",
            f"**Reproduce**: `{report['command']}`.",
        ]
    )


if __name__ == "__main__":
    main()
