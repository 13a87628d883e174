"""The figures of the public map, in one run on one machine.

Run by `make bench-web`; `--only size` (or load, pan) measures one of them.
"""

import argparse
import datetime
import os
import platform

from tests.bench.figures import BENCHMARKS, Figure, put, put_section
from tests.bench.web import load, pan, size
from tests.bench.web.town import chromium, town

PARTS = ("size", "load", "pan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="measure this one")
    wanted = parser.parse_args().only
    found = size.figures() if wanted in {None, "size"} else []
    if wanted != "size":
        with town() as stack, chromium() as browser:
            if wanted in {None, "load"}:
                found += load.figures(browser, stack.url)
            if wanted in {None, "pan"}:
                found += pan.figures(browser, stack)
    put(BENCHMARKS / "web.json", found)
    if wanted is None:
        put_section(BENCHMARKS / "web.md", "the map", _text(found))
    for figure in found:
        print(figure)


def _text(found: list[Figure]) -> str:
    cores, load_1 = os.cpu_count(), os.getloadavg()[0]
    machine = f"{cores} cores ({platform.machine()}), no GPU, load {load_1:.1f}"
    lines = [
        f"`make bench-web`, {datetime.datetime.now(datetime.UTC):%Y-%m-%d}, on {machine}, with "
        "Debian's Chromium. Without a GPU the map is drawn in software (SwiftShader), which takes "
        "seconds of its own and is stated apart.",
        "",
        "| figure | value | what it is |",
        "|---|---|---|",
    ]
    lines += [f"| `{f['measure']}` | {f['value']} {f['unit']} | {f['note']} |" for f in found]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
