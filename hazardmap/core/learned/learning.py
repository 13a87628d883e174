"""What the map learns about itself from its own stream: half-lives, births, what cameras miss.

Nobody tells the map the truth, but every later pass is a noisy label of what it claimed before.
A replay leaves, for each candidate, the probability that it was real and not a mistake given all
that came later; sums over candidates weighted by it give the parameters that explain the stream
better, and the next replay starts from these (expectation maximisation, Dempster, Laird & Rubin
1977). The shipped values are the prior: each estimate starts from as many made-up cases of them
as a constant here says.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Final

import numpy as np
from scipy.special import betaln, gammaln

from hazardmap.core.fusion.candidate import Candidate
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.geometry.geodesy import Floats
from hazardmap.core.kinds import FAMILY
from hazardmap.core.seeing.recall import FEWEST_ALARMS, MOST_ALARMS, Recall, RecallTable

_SURE: Final = 0.95  # of being real, or a mistake, to serve as an example of one
_PRIOR_CASES: Final = 20.0
_PRIOR_DEATHS: Final = 5.0
_SETTLED: Final = 3  # reports that make an example
_SPOT_M: Final = 20.0  # a false alarm this far along the road would be at another spot
_BINS: Final = 20  # of the score
_SCALES: Final = np.exp(np.linspace(-0.7, 0.3, 21))  # of the table's recall
_SCALE_SIGMA, _CORRELATION_SIGMA = 0.2, 0.2  # of their priors
_CORRELATIONS: Final = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])


@dataclass(slots=True)
class Tally:
    """Sums over candidates; tallies of different places add up.

    births: kind → (candidates, of them real, phantom, Σ visibility at birth) away from others;
    beside: the same with others close by, which learns nothing yet: what is named twice beside
    a known thing must be told from a new one first. lives: kind → (ends, seconds lived).
    scores: (2, bins) of true and of false reports. frames: (scales, correlations) log-likelihood
    of how often one was reported. repeats: (frames, candidates) of false alarms. deceits: (looks,
    reports) at phantoms. spots: how many places the passes looked at, times the kinds that were
    ever reported.
    """

    births: dict[str, Floats] = field(default_factory=dict)
    beside: Floats = field(default_factory=lambda: np.zeros(4))
    lives: dict[str, Floats] = field(default_factory=dict)
    scores: Floats = field(default_factory=lambda: np.zeros((2, _BINS)))
    frames: Floats = field(default_factory=lambda: np.zeros((len(_SCALES), len(_CORRELATIONS))))
    repeats: Floats = field(default_factory=lambda: np.zeros(2))
    deceits: Floats = field(default_factory=lambda: np.zeros(2))
    spots: float = 0.0

    def __add__(self, other: "Tally") -> "Tally":
        sums: dict[str, Any] = {}
        for item in fields(self):
            a, b = getattr(self, item.name), getattr(other, item.name)
            sums[item.name] = _joined(a, b) if isinstance(a, dict) else a + b
        return Tally(**sums)


def _joined(a: dict[str, Floats], b: dict[str, Floats]) -> dict[str, Floats]:
    zero = np.zeros(1)
    return {kind: a.get(kind, zero) + b.get(kind, zero) for kind in sorted(a.keys() | b.keys())}


def tally(candidates: Iterable[Candidate], now: datetime) -> Tally:
    """What a replay leaves to learn from, but for `spots` (`with_road`).

    candidates: all of them, those that were given up included; what only devices say of themselves
    teaches nothing. now: when the stream ends.
    """
    sums = Tally()
    for one in candidates:
        if not one.voices.checked:
            continue
        born = np.array([1.0, one.belief.real, one.belief.phantom, one.looks[0].chance.reported])
        sums.births[one.kind] = sums.births.get(one.kind, np.zeros(4)) + born * (1.0 - one.beside)
        sums.beside += born * one.beside
        _take_frames(sums, one)
        if one.reports >= _SETTLED:
            life = _life(one, now) * one.belief.real
            sums.lives[one.kind] = sums.lives.get(one.kind, np.zeros(2)) + life
    return sums


def with_road(sums: Tally, looked_m: float) -> Tally:
    """The sums of all grounds, with how far all passes looked along the road, in metres."""
    families = {FAMILY[kind] for kind in sums.births}
    return replace(sums, spots=looked_m / _SPOT_M * max(len(families), 1))


def learned(
    sums: Tally, shipped: FusionParams, current: FusionParams, version: str
) -> FusionParams:
    """The parameters that explain a stream best, as far as it tells.

    shipped: the prior. current: those that the tally was made under.
    """
    lives = {
        kind: _shrunk(lived_s * math.log(2.0), ends, shipped.half_life_s(kind), _PRIOR_DEATHS)
        for kind, (ends, lived_s) in sums.lives.items()
    }
    alarm = _false_alarms(sums, shipped)
    table = _table(sums, shipped, current, alarm, version)
    frames, alarms = sums.repeats
    looks, reports = sums.deceits
    report = min(_shrunk(reports, looks, shipped.phantom_report), 0.95)
    everywhere = sum(sums.births.values(), np.zeros(4)) + sums.beside
    return replace(
        shipped,
        version=version,
        table=table,
        trusts=current.trusts,
        half_lives_s={**shipped.half_lives_s, **lives},
        births={
            kind: _prior(row, everywhere, table.false_alarm(FAMILY[kind]))
            for kind, row in sums.births.items()
        },
        prior_phantom=_phantoms(everywhere, alarm, report)
        if everywhere[0] >= _PRIOR_CASES
        else shipped.prior_phantom,
        phantom_report=report,
        alarm_repeats=_shrunk(max(frames - alarms, 0.0), frames, shipped.alarm_repeats),
    )


def _table(
    sums: Tally, shipped: FusionParams, current: FusionParams, alarm: float, version: str
) -> RecallTable:
    """What cameras report; alarm: how often where nothing is, on average over the families."""
    more = alarm / shipped.table.false_alarm_per_pass
    scale, correlation = _reporting(sums, shipped.table.pass_correlation)
    return replace(
        shipped.table,
        version=f"{shipped.table.version}+{version}",
        default=_scaled(current.table.default, scale),
        kinds={kind: _scaled(recall, scale) for kind, recall in current.table.kinds.items()},
        pass_correlation=correlation,
        false_alarm_per_pass=alarm,
        false_alarms={
            family: _kept_in_range(share * more)
            for family, share in shipped.table.false_alarms.items()
        },
        score_true=_density(sums.scores[0], shipped.table.score_true),
        score_false=_density(sums.scores[1], shipped.table.score_false),
    )


def _shrunk(total: float, cases: float, shipped: float, made_up: float = _PRIOR_CASES) -> float:
    """The mean of so many cases that sum to `total`, and of made-up ones of the shipped value.

    It is the expected mean under a conjugate prior (Diaconis & Ylvisaker 1979).
    """
    return float((total + made_up * shipped) / (cases + made_up))


def _take_frames(sums: Tally, one: Candidate) -> None:
    """Scores and numbers of reports of an example of a real thing, a mistake or a phantom."""
    later = [(look.chance.reported, look.frames > 0) for look in one.looks[1:]]
    sums.deceits += one.belief.phantom * np.array(later).reshape(-1, 2).sum(axis=0)
    scores = [seen.observation.score for seen in one.sightings]
    counts = np.histogram(scores, _BINS, (0.0, 1.0))[0].astype(float)
    if one.belief.real >= _SURE and one.reports >= _SETTLED:
        sums.scores[0] += counts
        sums.frames += _fit_of_looks(one)
    elif one.belief.nothing - one.belief.past >= _SURE:
        sums.scores[1] += counts
        sums.repeats += (one.looks[0].frames, 1.0)


def _fit_of_looks(one: Candidate) -> Floats:
    """Log-likelihood of the looks between its first and its last report, when it surely stood.

    Shape (scales, correlations); beta-binomial as in `visibility.log_count`.
    """
    reported = [i for i, look in enumerate(one.looks) if look.frames]
    between = one.looks[reported[0] + 1 : reported[-1]]
    told = [(k.chance.frames, k.chance.recall, k.frames) for k in between if k.chance.frames > 0.0]
    if not told:
        return np.zeros((len(_SCALES), len(_CORRELATIONS)))
    frames, recall, reports = np.array(told).T[:, :, None, None]
    n = np.maximum(frames, reports)
    spread = 1.0 / _CORRELATIONS - 1.0
    scaled = np.minimum(recall * _SCALES[:, None], 0.98)
    a, b = scaled * spread, (1.0 - scaled) * spread
    choose = gammaln(n + 1) - gammaln(reports + 1) - gammaln(n - reports + 1)
    fit: Floats = (choose + betaln(a + reports, b + n - reports) - betaln(a, b)).sum(axis=0)
    return fit


def _life(one: Candidate, now: datetime) -> Floats:
    """(expected ends, seconds lived) of a thing that was real, under the half-life believed in.

    It stood until its last report. When it went after that is known from the looks that missed
    it; what is still believed to stand is censored (Turnbull 1976). Its time counts from the
    report that made it an example: what had gone before that could not become one.
    """
    reported = [i for i, look in enumerate(one.looks) if look.frames]
    first, last = reported[_SETTLED - 1], reported[-1]
    at = [0.0]
    missed = [1.0]
    for look in one.looks[last + 1 :]:
        at.append((look.at - one.looks[last].at).total_seconds())
        missed.append(missed[-1] * (1.0 - look.chance.reported))
    at.append(max((now - one.looks[last].at).total_seconds(), at[-1]))
    times, rate = np.array(at), math.log(2.0) / one.half_life_s
    stands = np.exp(-rate * times)
    ended = np.array(missed) * (stands[:-1] - stands[1:])
    # Mean age at the end within an interval of an exponential life.
    length = np.diff(times)
    gone = np.maximum(1.0 - np.exp(-rate * length), 1e-12)
    middle = times[:-1] + 1.0 / rate - length * np.exp(-rate * length) / gone
    censored = missed[-1] * stands[-1]
    total = ended.sum() + censored
    stood_s = (one.looks[last].at - one.looks[first].at).total_seconds()
    lived_s = stood_s + float(ended @ middle + censored * times[-1]) / total
    return np.array([float(ended.sum()) / total, lived_s])


def _false_alarms(sums: Tally, shipped: FusionParams) -> float:
    """Probability that a pass reports one particular spot where nothing is, as one family.

    The stream tells how much more often this happens than was measured, not for which family.
    """
    total = sum(sums.births.values(), np.zeros(4)) + sums.beside
    mistakes = max(float(total[0] - total[1] - total[2]), 0.0)
    before = _PRIOR_CASES / shipped.table.false_alarm_per_pass
    return _kept_in_range((mistakes + _PRIOR_CASES) / (sums.spots + before))


def _kept_in_range(alarm: float) -> float:
    return min(max(alarm, FEWEST_ALARMS), MOST_ALARMS)


def _prior(row: Floats, everywhere: Floats, alarm: float) -> float:
    """Probability that a thing stands at a spot, from the share of first reports that are real.

    Among first reports the odds of "real" are prior·v / ((1 − prior)·false alarms), with v how
    surely a pass reports what stands there. Few first reports are eked out by those of all kinds.
    """
    born, real, phantom, visible = row + (_PRIOR_CASES / (everywhere[0] + 1.0)) * everywhere
    share = (real + 0.1) / (real + max(born - real - phantom, 0.0) + 0.2)
    odds = share / (1.0 - share) * alarm / max(visible / max(born, 1.0), 0.1)
    return float(min(odds / (1.0 + odds), 0.9))


def _phantoms(row: Floats, alarm: float, report: float) -> float:
    """The same for phantoms."""
    born, real, phantom, visible = row
    share = (phantom + 0.5) / (phantom + max(born - real - phantom, 0.0) + 1.0)
    odds = share / (1.0 - share) * alarm / max(report * visible / max(born, 1.0), 0.05)
    return float(min(odds / (1.0 + odds), 0.05))


def _reporting(sums: Tally, correlation: float) -> tuple[float, float]:
    """The most probable scale of recall and correlation of frames."""
    prior = -0.5 * (np.log(_SCALES[:, None]) / _SCALE_SIGMA) ** 2
    prior = prior - 0.5 * ((_CORRELATIONS - correlation) / _CORRELATION_SIGMA) ** 2
    best = np.unravel_index(int(np.argmax(sums.frames + prior)), prior.shape)
    return float(_SCALES[best[0]]), float(_CORRELATIONS[best[1]])


def _scaled(recall: Recall, scale: float) -> Recall:
    return replace(recall, by_bin=tuple(min(share * scale, 0.98) for share in recall.by_bin))


def _density(counts: Floats, prior: tuple[float, float]) -> tuple[float, float]:
    """(a, b) of the Beta density with the mean and variance of the scores; both at least 1."""
    a, b = prior
    mean0 = a / (a + b)
    square0 = mean0**2 + mean0 * (1.0 - mean0) / (a + b + 1.0)
    middle = (np.arange(_BINS) + 0.5) / _BINS
    total = float(counts.sum())
    mean = _shrunk(float(counts @ middle), total, mean0)
    variance = _shrunk(float(counts @ middle**2), total, square0) - mean**2
    size = mean * (1.0 - mean) / max(variance, 1e-3) - 1.0
    return float(max(mean * size, 1.0)), float(max((1.0 - mean) * size, 1.0))
