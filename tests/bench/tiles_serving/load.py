"""Requests as fast as they are answered (wrk), and the processor time that the answers took."""

import os
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
SCRIPT = """
local paths, i = {}, 0
for line in io.lines("%s") do paths[#paths + 1] = line end
wrk.headers["Accept-Encoding"] = "gzip"
request = function() i = i %% #paths + 1; return wrk.format("GET", paths[i]) end
"""


class Load(NamedTuple):
    """per_s: answers a second. cpu_ms: processor time of the server for one answer."""

    per_s: float
    cpu_ms: float


def load(address: str, paths: Sequence[str], *, server: int, seconds: int, folder: Path) -> Load:
    """Ask for these paths in turn, on 8 connections. server: process whose family is measured.

    Raises RuntimeError when an answer was not a success.
    """
    listed = folder / "paths"
    listed.write_text("\n".join(paths))
    script = folder / "load.lua"
    script.write_text(SCRIPT % listed)
    before = cpu_s(server)
    command = ["wrk", "-t1", "-c8", f"-d{seconds}s", "-s", str(script), address]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    spent = cpu_s(server) - before
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(said)
    answers = int(_number(r"([0-9]+) requests in", said))
    return Load(_number(r"Requests/sec:\s+([0-9.]+)", said), 1000 * spent / answers)


def cpu_s(process: int) -> float:
    """Seconds of processor time that a process and its children, as they are now, have used."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = _fields(stat)
        except OSError:  # it has just ended
            continue
        if process in (int(stat.parent.name), int(fields[1])):
            total += (int(fields[11]) + int(fields[12])) / TICKS_PER_S
    return total


def parent(process: int) -> int:
    """The process that started this one."""
    return int(_fields(Path(f"/proc/{process}/stat"))[1])


def _fields(stat: Path) -> list[str]:
    """Of proc_pid_stat(5), from the third on."""
    return stat.read_text().rpartition(")")[2].split()


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(text)
    return float(found[1])
