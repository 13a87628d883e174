"""The stream as plain values, for whoever wants to look at it from outside."""

from collections.abc import Iterator
from typing import Any

from tests.sim.scenario import scenario
from tests.sim.town import Drive, Town
from tests.sim.world import KINDS


def lines(
    seed: int, days: float, blocks: int | None = None, liars: float | None = None
) -> Iterator[dict[str, Any]]:
    """First the things and phantoms with their lives, then every pass in order of arrival."""
    town = Town(scenario(blocks=blocks, liars=liars), seed, days)
    there = town.sources
    for i, kind in enumerate(there.kind.tolist()):
        yield {
            "source": i,
            "kind": KINDS[kind],
            "place_m": there.place_m[i].round(2).tolist(),
            "born_h": _finite(float(there.born_h[i])),
            "gone_h": _finite(float(there.gone_h[i])),
            "phantom": bool(there.deceives[i] == there.deceives[i]),
        }
    for drive in town.by_arrival():
        yield _line(drive)


def _finite(hour: float) -> float | None:
    return round(hour, 3) if abs(hour) < 1e9 else None


def _line(drive: Drive) -> dict[str, Any]:
    first = drive.views[0]
    seen = [
        {"kind": o.kind, "score": round(o.score, 3), "lon": o.lon, "lat": o.lat, "source": source}
        for o, source in zip(drive.observations, drive.sources, strict=True)
    ]
    return {
        "pass": drive.number,
        "device": first.device_id.int & 0xFFFFFF,
        "witness": first.witness,
        "captured_at": first.captured_at.isoformat(),
        "arrives_at": drive.arrives_at.isoformat(),
        "frames": len(drive.views),
        "observations": seen,
    }
