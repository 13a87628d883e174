"""The named figures and sections of a benchmark document; each run replaces only its own."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TypedDict

BENCHMARKS = Path(__file__).parents[2] / "docs" / "benchmarks"


class Figure(TypedDict):
    """One measured value. note: what it was measured on, in a few words."""

    measure: str
    value: float
    unit: str
    note: str


def figure(measure: str, value: float, *, unit: str = "", note: str) -> Figure:
    """With four decimals."""
    return Figure(measure=measure, value=round(float(value), 4), unit=unit, note=note)


def put(document: Path, figures: Iterable[Figure]) -> None:
    """Write figures into a JSON list, replacing those of the same measure where they stand."""
    old = json.loads(document.read_text()) if document.exists() else []
    rows = {row["measure"]: row for row in [*old, *figures]}
    _write(document, json.dumps(list(rows.values()), indent=1) + "\n")


def put_section(document: Path, name: str, text: str) -> None:
    """Write Markdown between `<!-- name -->` and `<!-- /name -->`, at the end if there is none."""
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
    old = document.read_text() if document.exists() else ""
    before, found, rest = old.partition(begin)
    after = rest.partition(end)[2] if found else ""
    _write(document, f"{before}{begin}{text.strip()}\n{end}{after}")


def _write(document: Path, text: str) -> None:
    partial = document.with_suffix(".partial")
    partial.write_text(text)
    partial.replace(document)
