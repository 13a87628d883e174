"""From outcomes to the named figures."""

import numpy as np

from hazardmap.core.params import FusionParams
from tests.bench.fusion.baselines import best_count, best_log_odds, best_ttl
from tests.bench.fusion.calibration import Calibration
from tests.bench.fusion.run import Outcome
from tests.bench.fusion.small_cases import clear_passes_to_drop, poor_passes_drop

Figure = dict[str, str | float]
_HALVES = 0.25  # a hazard with this share of its reports from each of two things has merged them


def figures(outcomes: list[Outcome], params: FusionParams) -> list[Figure]:
    """All streams together, without the attack."""
    whole = total([outcome.map for outcome in outcomes])
    by_age = sum(outcome.baselines.by_age for outcome in outcomes)
    by_sum = sum(outcome.baselines.by_sum for outcome in outcomes)
    ttl, count = best_ttl(by_age), best_count(by_age)
    log_odds, grid = best_log_odds(by_sum)
    placed = [(o, p) for o in outcomes for p in o.following.placings]
    covered = [p.error_m <= p.radius_m for _, p in placed]
    merged = [share for o in outcomes for share in _merged(o)]
    better = "last-seen" if ttl < count else "count with TTL"
    return [
        _figure("ece", whole.ece, "", "all sites, every hour, ten bins"),
        _figure("ece_above_first_bin", whole.ece_above_first, "", "only where p >= 0.1"),
        _figure("decile_error_max", whole.decile_error_max, "", f"of {whole.errors.round(3)}"),
        _figure("brier", whole.brier, "", "further hazards at one site count as errors"),
        _figure("brier_over_ttl", 1 - whole.squares / min(ttl, count), "lower", f"than {better}"),
        _figure("brier_over_last_seen", 1 - whole.squares / ttl, "lower", "than last-seen TTL"),
        _figure("brier_over_log_odds", 1 - whole.squares / log_odds, "lower", f"grid {grid}"),
        _figure("clear_passes_to_drop", clear_passes_to_drop(params), "passes", "to p < 0.3"),
        _figure("occluded_passes_drop", float(poor_passes_drop(params)), "", "0: ten do not"),
        _figure("position_median_3_m", _median(placed, 3), "m", "outside canyons, rows included"),
        _figure("position_median_8_m", _median(placed, 8), "m", "outside canyons, rows included"),
        _figure("radius95_coverage", float(np.mean(covered)), "", "at every report of every thing"),
        _figure(
            "duplicate_rate",
            sum(o.duplicates for o in outcomes) / max(sum(o.standing for o in outcomes), 1),
            "",
            "further hazards per thing on the map, once a day, things >= 15 m apart",
        ),
        _figure("merge_rate", float(np.mean(merged)), "", "hazards, things >= 15 m apart"),
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


def _median(placed, passes: int) -> float:
    errors = [p.error_m for o, p in placed if p.passes == passes and not o.canyon[p.site]]
    return float(np.median(errors)) if errors else float("nan")


def _merged(outcome: Outcome) -> list[bool]:
    """Of each hazard about things apart from others, whether it is about two of them."""
    result = []
    for behind in outcome.following.behind:
        most = _HALVES * sum(behind.values())
        things = [site for site, n in behind.items() if outcome.apart[site] and n >= most]
        if things:
            result.append(len(things) > 1)
    return result


def _figure(measure: str, value: float, unit: str, note: str) -> Figure:
    return {"measure": measure, "value": round(float(value), 4), "unit": unit, "note": note}
