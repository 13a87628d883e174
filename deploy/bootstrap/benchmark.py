"""`make bench-up`: a fresh `make up` and a second one, timed in a clone of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from deploy.bootstrap.failure import BootstrapError
from deploy.bootstrap.place import CLONE, PERSISTENT_TEMPORARY
from deploy.bootstrap.step import step
from deploy.bootstrap.up import RUNNING, SERVING

RESULTS = CLONE / "docs" / "benchmarks" / "up.json"
Row = dict[str, str | float]


def measure_up() -> None:
    """Clone the committed state, time both runs, and put the figures into up.json."""
    folder = Path(tempfile.mkdtemp(prefix="hazardmap-bench-", dir=PERSISTENT_TEMPORARY))
    folder.chmod(0o755)
    clone = folder / "clone"
    try:
        subprocess.run(["git", "clone", "--quiet", CLONE, clone], check=True)
        with step("Fresh `make up`"):
            fresh_s = _time_until(clone, RUNNING)
        with step("Second `make up`, until it serves"):
            again_s = _time_until(clone, SERVING)
        rows = [
            _row("up_fresh_s", fresh_s, "s", "until the printed summary; packages were installed"),
            _row("up_again_s", again_s, "s", "until /healthz answers 200"),
            _row("up_disk_mb", _disk_mb(clone), "MB", "the clone with .venv and var"),
        ]
    finally:
        shutil.rmtree(folder)
    _merge(rows)


def _time_until(clone: Path, words: str) -> float:
    """Seconds from the start of `make up` to the end of the line that has `words`."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    begin = time.monotonic()
    process = subprocess.Popen(
        ["make", "up"],
        cwd=clone,
        env={**os.environ, "HAZARDMAP_PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    for line in process.stdout:
        if words in line:
            taken_s = time.monotonic() - begin
            os.killpg(process.pid, signal.SIGINT)
            process.communicate()
            return taken_s
    raise BootstrapError("`make up` ended early; its last words are above.")


def _disk_mb(clone: Path) -> float:
    done = subprocess.run(
        ["du", "--summarize", "--block-size=1000000", clone],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout.split()[0])


def _row(measure: str, value: float, unit: str, note: str) -> Row:
    return {"measure": measure, "value": round(value, 1), "unit": unit, "note": note}


def _merge(rows: list[Row]) -> None:
    """Replace the rows of these measures in up.json, and keep the others."""
    known: list[Row] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else []
    names = {row["measure"] for row in rows}
    merged = [row for row in known if row["measure"] not in names] + rows
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(merged, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(rows, indent=2))
