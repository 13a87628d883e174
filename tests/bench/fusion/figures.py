"""From outcomes to the named figures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hazardmap.core.fusion.params import FusionParams
from tests.bench.figures import Figure, figure
from tests.bench.fusion.baselines import best_count, best_log_odds, best_ttl
from tests.bench.fusion.calibration import Calibration
from tests.bench.fusion.peers import PeerSums, best_peers
from tests.bench.fusion.run import Outcome
from tests.bench.fusion.small_cases import clear_passes_to_drop, poor_passes_drop
from tests.sim.world import Floats

_HALVES = 0.25  # a hazard with this share of its reports from each of two things has merged them


@dataclass(frozen=True)
class Summary:
    """What remains of one stream. placings (n, 3): passes, error and 95 % radius in metres;
    in_canyon and merged are masks over placings and over hazards."""

    map: Calibration
    map_beside_peers: float
    by_age: Floats
    by_sum: Floats
    peers: PeerSums
    placings: Floats
    in_canyon: NDArray[np.bool_]
    merged: NDArray[np.bool_]
    duplicates: int
    standing: int
    observations: int
    parts: dict[str, Calibration]


def summary(outcome: Outcome) -> Summary:
    placed = outcome.following.placings
    return Summary(
        outcome.map,
        outcome.map_beside_peers,
        outcome.baselines.by_age,
        outcome.baselines.by_sum,
        outcome.peers.sums,
        np.array([(p.passes, p.error_m, p.radius_m) for p in placed]).reshape(-1, 3),
        np.array([outcome.canyon[p.site] for p in placed], bool),
        np.array(_merged(outcome), bool),
        outcome.duplicates,
        outcome.standing,
        outcome.observations,
        outcome.by_kind,
    )


def figures(parts: list[Summary], params: FusionParams) -> list[Figure]:
    """All streams together, without the attack."""
    whole = total([part.map for part in parts])
    ttl = best_ttl(np.sum([part.by_age for part in parts], axis=0))
    count = best_count(np.sum([part.by_age for part in parts], axis=0))
    log_odds, grid = best_log_odds(np.sum([part.by_sum for part in parts], axis=0))
    beside = sum(part.map_beside_peers for part in parts)
    peers = best_peers(sum((part.peers for part in parts[1:]), parts[0].peers))
    placed = np.concatenate([part.placings for part in parts])
    clear = ~np.concatenate([part.in_canyon for part in parts])
    merged = np.concatenate([part.merged for part in parts])
    told = "told by the truth what each report is about"
    return [
        figure("ece", whole.ece, note="all sites, every hour, ten bins"),
        figure("ece_above_first_bin", whole.ece_above_first, note="only where p >= 0.1"),
        figure("decile_error_max", whole.decile_error_max, note=f"of {whole.errors.round(3)}"),
        figure("brier", whole.brier, note="further hazards at one site count as errors"),
        *(
            figure(f"brier_over_{name}", 1 - beside / peer.squares, unit="lower", note=peer.note)
            for name, peer in peers.items()
        ),
        figure("brier_over_ttl_told", 1 - whole.squares / min(ttl, count), unit="lower", note=told),
        figure("brier_over_last_seen_told", 1 - whole.squares / ttl, unit="lower", note=told),
        figure(
            "brier_over_log_odds_told",
            1 - whole.squares / log_odds,
            unit="lower",
            note=f"{told}, grid {grid}",
        ),
        figure(
            "clear_passes_to_drop", clear_passes_to_drop(params), unit="passes", note="to p < 0.3"
        ),
        figure("occluded_passes_drop", float(poor_passes_drop(params)), note="0: ten do not"),
        figure(
            "position_median_3_m",
            _median(placed[clear], 3),
            unit="m",
            note="outside canyons, rows included",
        ),
        figure(
            "position_median_8_m",
            _median(placed[clear], 8),
            unit="m",
            note="outside canyons, rows included",
        ),
        figure(
            "radius95_coverage",
            float(np.mean(placed[:, 1] <= placed[:, 2])),
            note="at every report of every thing",
        ),
        figure(
            "duplicate_rate",
            sum(part.duplicates for part in parts) / max(sum(part.standing for part in parts), 1),
            note="further hazards per thing on the map, once a day, things >= 15 m apart",
        ),
        figure("merge_rate", float(np.mean(merged)), note="hazards, things >= 15 m apart"),
    ]


def total(parts: list[Calibration]) -> Calibration:
    """Sums of several streams."""
    return Calibration(
        sum((part.count for part in parts), np.zeros(1)),
        sum((part.p for part in parts), np.zeros(1)),
        sum((part.truth for part in parts), np.zeros(1)),
        sum(part.squares for part in parts),
        sum(part.sites for part in parts),
    )


def _median(placed: Floats, passes: int) -> float:
    errors = placed[placed[:, 0] == passes, 1]
    return float(np.median(errors)) if len(errors) else float("nan")


def _merged(outcome: Outcome) -> list[bool]:
    """Of each hazard about things apart from others, whether it is about two of them."""
    result = []
    for behind in outcome.following.behind:
        most = _HALVES * sum(behind.values())
        things = [site for site, n in behind.items() if outcome.apart[site] and n >= most]
        if things:
            result.append(len(things) > 1)
    return result
