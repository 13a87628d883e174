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
    if wanted in {None, "size"}:
        _keep("size", size.figures())
    if wanted != "size":
        with town() as stack, chromium() as browser:
            if wanted in {None, "load"}:
                _keep("loading", load.figures(browser, stack.url))
            if wanted in {None, "pan"}:
                _keep("panning", pan.figures(browser, stack))


def _keep(part: str, figures: list[Figure]) -> None:
    """At once: a later part may fail."""
    put(BENCHMARKS / "web.json", figures)
    put_section(BENCHMARKS / "web.md", f"the map: {part}", _text(part, figures))
    for figure in figures:
        print(figure, flush=True)


def _text(part: str, found: list[Figure]) -> str:
    cores, load_1 = os.cpu_count(), os.getloadavg()[0]
    machine = f"{cores} cores ({platform.machine()}), no GPU, load {load_1:.1f}"
    lines = [
        f"The map page, {part}: `make bench-web`, {datetime.datetime.now(datetime.UTC):%Y-%m-%d}, "
        f"{machine}, Debian's Chromium. Without a GPU the map is drawn in software (SwiftShader), "
        "which takes seconds of its own.",
        "",
        "| figure | value | what it is |",
        "|---|---|---|",
    ]
    lines += [f"| `{f['measure']}` | {f['value']} {f['unit']} | {f['note']} |" for f in found]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
