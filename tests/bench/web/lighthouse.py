"""What Lighthouse says of the pages: `python -m tests.bench.web.lighthouse`.

The least score of all pages counts. Lighthouse is a tool of this benchmark only and is installed
into `var/lighthouse` (12, because 13 needs a newer Node). A run that lost its browser or its server
says nothing about the page and is done again; `--only NAME` looks at one page and writes nothing.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx

from tests.bench.figures import Figure, put, put_section
from tests.bench.web.site import FIGURES, REPORT, site
from tests.browser.conftest import ARGUMENTS
from tests.browser.public_pages import PUBLIC
from tests.stack import wait_for

FOLDER: Final = Path(__file__).resolve().parents[3] / "var" / "lighthouse"
VERSION: Final = "12.8.2"
CATEGORIES: Final = ("accessibility", "best-practices", "seo")
ASKED: Final = ("hazard", "workzone", "area", "drive", "about")
FLAGS: Final = " ".join(["--headless=new", *ARGUMENTS])
RUNS: Final = 4
RUN_S: Final = 300
LOST: Final = "unable to download"  # how an audit says that the server did not answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["map", "list", *ASKED], help="look at this page")
    only = parser.parse_args().only
    install()
    scores: dict[str, dict[str, float]] = {}
    failed: list[str] = []
    with site() as (url, scene):
        # A filtered list is not for search engines, and says so.
        addresses = {"map": "/", "list": "/list/", **{name: PUBLIC[name](scene) for name in ASKED}}
        for name, address in addresses.items():
            if only not in {None, name}:
                continue
            answer = measured(url + address)
            scores[name] = {key: answer["categories"][key]["score"] for key in CATEGORIES}
            failed += [f"{name}: {title}" for title in failures(answer)]
            print(name, scores[name], flush=True)
    if only is None:
        keep(scores, failed)


def keep(scores: dict[str, dict[str, float]], failed: list[str]) -> None:
    """Write the figures and the table of all pages."""
    figures: list[Figure] = [
        {
            "measure": f"lighthouse_{category.replace('-', '_')}",
            "value": min(of[category] for of in scores.values()),
            "unit": "",
            "note": f"Lighthouse {VERSION}, the least of {len(scores)} pages, phone emulation",
        }
        for category in CATEGORIES
    ]
    put(FIGURES, figures)
    rows = "\n".join(
        f"| {name} | " + " | ".join(f"{of[key]:.2f}" for key in CATEGORIES) + " |"
        for name, of in scores.items()
    )
    put_section(
        REPORT,
        "lighthouse",
        f"## Lighthouse\n\nLighthouse {VERSION} on {platform.machine()}, Chromium of Debian, "
        f"{datetime.now(UTC):%Y-%m-%d}; to reproduce: `make bench-web`.\n\n"
        f"| page | {' | '.join(CATEGORIES)} |\n|---|{'---|' * len(CATEGORIES)}\n{rows}\n\n"
        + ("Not passed:\n\n" + "\n".join(f"- {one}" for one in failed) if failed else ""),
    )


def install() -> None:
    """Put Lighthouse where nothing else sees it; done once."""
    if (FOLDER / "node_modules" / "lighthouse" / "package.json").exists():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = ["npm", "install", "--prefix", str(FOLDER), "--no-save", f"lighthouse@{VERSION}"]
    subprocess.run(command, check=True)


def measured(address: str) -> dict[str, Any]:
    """What it found on one page, in the first run that came through. Raises RuntimeError."""
    for run in range(1, RUNS + 1):
        wait_for(f"an answer of {address}", lambda: _answers(address), timeout_s=120, every_s=1)
        answer = report(address)
        if answer is not None and came_through(answer):
            return answer
        print(f"Run {run} of {RUNS} on {address} did not come through.", file=sys.stderr)
    raise RuntimeError(f"Lighthouse did not come through on {address} in {RUNS} runs.")


def came_through(answer: dict[str, Any]) -> bool:
    """Whether it is about the page: no browser or server was lost on the way."""
    lost = any(LOST in audit.get("explanation", "") for audit in answer["audits"].values())
    scores = [answer["categories"][key]["score"] for key in CATEGORIES]
    return "runtimeError" not in answer and None not in scores and not lost


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=30).is_success
    except httpx.TransportError:
        return False


def report(address: str) -> dict[str, Any] | None:
    """One run of Lighthouse; None where it broke off."""
    try:
        return _run(address)
    except (subprocess.SubprocessError, json.JSONDecodeError):
        return None


def _run(address: str) -> dict[str, Any]:
    done = subprocess.run(
        [
            str(FOLDER / "node_modules" / ".bin" / "lighthouse"),
            address,
            "--quiet",
            "--output=json",
            f"--only-categories={','.join(CATEGORIES)}",
            f"--chrome-flags={FLAGS}",
            "--max-wait-for-load=90000",
        ],
        check=True,
        stdout=subprocess.PIPE,
        timeout=RUN_S,
        env={**os.environ, "CHROME_PATH": "/usr/bin/chromium"},
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def failures(answer: dict[str, Any]) -> list[str]:
    """Titles of the audits that were not passed and count."""
    counted = {
        audit["id"]
        for category in CATEGORIES
        for audit in answer["categories"][category]["auditRefs"]
        if audit["weight"] > 0
    }
    return [
        audit["title"]
        for id_, audit in answer["audits"].items()
        if id_ in counted and audit["score"] is not None and audit["score"] < 1
    ]


if __name__ == "__main__":
    main()
