"""How fast the detector is, in one run; written to docs/benchmarks/detector.{md,json}.

Run by `make bench-detect`. Everything takes its turn in every round, on one thread and on the same
frames, and is counted in CPU seconds (of the decoder's process as well): other work on the machine
then changes all of it alike. `--rounds 2` is short and writes nothing.
"""

import argparse
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime

os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when numpy is imported

from tests.bench.detect.measure import Timings, measured
from tests.bench.figures import BENCHMARKS, Figure, figure, put, put_section

ROUNDS = 8
CORE_USD_PER_H = 0.04  # a rented x86-64 core
GPU_USD_PER_H = 0.53  # one T4 with four cores
GPU_CORES = 4


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.detect", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    memory_mb = int(
        subprocess.run(
            [sys.executable, "-m", "tests.bench.detect.memory"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
    timings = measured(rounds)
    found = figures(timings, memory_mb)
    for one in found:
        print(f"{one['measure']:<26}{one['value']:>9} {one['unit']:<6}{one['note']}")
    if rounds >= ROUNDS:
        put(BENCHMARKS / "detector.json", found)
        put_section(BENCHMARKS / "detector.md", "throughput", text(timings, found))


def figures(timings: Timings, memory_mb: int) -> list[Figure]:
    """The named figures; the first three are those that the detector is held to."""
    ms = timings.median_ms
    bare_ms = ms("hazards bare") + ms("plates bare") + ms("faces bare")
    worker_ms, own_ms = ms("worker"), ms("worker without decoder")
    no_blur_ms = worker_ms - ms("plates") - ms("faces")
    gpu_ms = worker_ms - ms("hazards bare") - ms("plates bare")
    core, gpu = CORE_USD_PER_H / 3600, GPU_USD_PER_H / 3600 / GPU_CORES
    frames = f"{timings.frames}, medians of {timings.rounds} rounds, CPU time"
    return [
        figure("worker_over_bare", bare_ms / own_ms, note="decoding beside it on another core"),
        figure("worker_over_bare_one_core", bare_ms / worker_ms, note="decoding counted as well"),
        figure(
            "detect_over_pytorch_loop",
            ms("pytorch loop") / ms("hazards"),
            note=f"{ms('hazards'):.0f} against {ms('pytorch loop'):.0f} ms, looking as often; "
            f"{ms('pytorch loop, one look'):.0f} ms where each network looks once; "
            f"{timings.backends}",
        ),
        figure("frames_per_s_core", 1000 / worker_ms, unit="1/s", note=f"with blurring; {frames}"),
        figure(
            "frames_per_s_core_no_blur", 1000 / no_blur_ms, unit="1/s", note="no faces, no plates"
        ),
        figure(
            "worker_memory_mb", memory_mb, unit="MB", note="peak of worker and decoder, all models"
        ),
        figure(
            "cpu_usd_per_1000",
            worker_ms * core,
            unit="USD",
            note=f"at {CORE_USD_PER_H} USD per core hour",
        ),
        figure(
            "gpu_usd_per_1000",
            gpu_ms * gpu,
            unit="USD",
            note=f"worked out, not measured: YOLO free of charge, the rest on {GPU_CORES} cores, "
            f"{GPU_USD_PER_H} USD/h",
        ),
    ]


def text(timings: Timings, found: list[Figure]) -> str:
    """The section of the document."""
    rows = [f"| {f['measure']} | {f['value']} | {f['unit']} | {f['note']} |" for f in found]
    parts = [f"| {name} | {timings.median_ms(name):.1f} |" for name in timings.seconds]
    return "\n".join(
        [
            "## Throughput",
            "",
            "`make bench-detect`. One thread; everything takes its turn in every round on the same",
            "frames, in CPU milliseconds, so that other work on the machine weighs on all alike.",
            "The plain loop is `YOLO(…).predict()` on decoded pictures, once per hazard model and",
            "view (the whole picture; for the road network mirrored and its far crop, too). The",
            "worker decodes, finds, blurs, encodes and writes the copy and its record to disk;",
            "rows in the database are not in it.",
            "",
            f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} cores, "
            f"Python {platform.python_version()}. Load of the machine: {os.getloadavg()[1]:.1f};",
            "where it is above 1, other work shares the caches, which costs the plain loop most.",
            "",
            "| measure | value | unit | note |",
            "|---|---|---|---|",
            *rows,
            "",
            "| part, per frame | CPU ms |",
            "|---|---|",
            *parts,
        ]
    )


if __name__ == "__main__":
    main()
