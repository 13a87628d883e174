"""What the streams that were run say: on the screen, and in docs/benchmarks."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime

from hazardmap.core.fusion.params import FusionParams
from tests.bench.figures import BENCHMARKS, put, put_section
from tests.bench.fusion.figures import Figure, Summary, figures, total
from tests.bench.fusion.kept import Stream

Done = Sequence[tuple[Stream, Summary]]


def found(done: Done, params: FusionParams) -> list[Figure]:
    """The figures of the honest streams, and the attack against the honest one of its seed."""
    honest = {stream.seed: summary for stream, summary in done if stream.liars is None}
    result = figures(list(honest.values()), params)
    for stream, summary in done:
        if stream.liars is None or stream.seed not in honest:
            continue
        attacked, same = total([summary.map]).brier, total([honest[stream.seed].map]).brier
        note = f"liars = {stream.liars}, seed {stream.seed}, against the same seed without"
        value = round(attacked / same, 4)
        result.append(
            {"measure": "attack_brier_ratio", "value": value, "unit": "ratio", "note": note}
        )
    return result


def show(done: Done, shown: Sequence[Figure]) -> None:
    honest = [summary for stream, summary in done if stream.liars is None]
    for what in honest[0].parts:
        part = total([one.parts[what] for one in honest])
        print(f"{what:<16}{part.squares:>9.0f} of {part.sites:>8} {part.errors.round(2)}")
    for figure in shown:
        print(f"{figure['measure']:<24}{figure['value']:>10}  {figure['unit']} {figure['note']}")


def size(done: Done, asked: Sequence[Stream], whole: bool) -> str:
    """Which streams the figures are of, in words; what is not whole says so first."""
    streams = [stream for stream, _ in done]
    seeds = sorted(stream.seed for stream in streams if stream.liars is None)
    days = "all days" if streams[0].days is None else f"{streams[0].days:g} days"
    blocks = "the whole town" if streams[0].blocks is None else f"{streams[0].blocks} blocks a side"
    attack = "with" if any(stream.liars is not None for stream in streams) else "without"
    text = f"seeds {', '.join(map(str, seeds))}, {days}, {blocks}, {attack} the attack"
    if whole and len(done) == len(asked):
        return text
    return f"NOT the whole scenario: {text}"


def write(shown: Sequence[Figure], of: str) -> None:
    """Replace the figures of this benchmark, and the section of them in its document."""
    noted: list[Figure] = [{**figure, "note": f"{figure['note']} ({of})"} for figure in shown]
    put(BENCHMARKS / "fusion.json", noted)
    rows = [f"| {f['measure']} | {f['value']} | {f['unit']} | {f['note']} |" for f in shown]
    text = [
        f"Streams: {of}. {datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} "
        f"cores, Python {platform.python_version()}.",
        "",
        "| measure | value | unit | note |",
        "|---|---|---|---|",
        *rows,
    ]
    put_section(BENCHMARKS / "fusion.md", "figures", "\n".join(text))
