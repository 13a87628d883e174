"""Everything that fusion assumes, under one version; frozen within a replay."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from hazardmap.core.fusion.lifecycle import Thresholds
from hazardmap.core.kinds import KINDS
from hazardmap.core.seeing.recall import DEFAULT_TABLE, RecallTable

_SHARES: Final = (
    *("default_trust", "prior_exists", "prior_beside", "shared_fate", "prior_phantom"),
    *("phantom_report", "p_max", "alarm_repeats", "split_report", "poor_doubt"),
)


@dataclass(frozen=True, slots=True)
class FusionParams:
    """One version of the parameters.

    table: what the detector sees. half_lives_s: learned half-lives per kind; the table of kinds
    where one is missing. trusts: trust 0..1 per witness, `default_trust` for the others. aliases:
    witness → the witness that he is one with (`core.learned.trust`). prior_exists, prior_phantom:
    probability, before the first report about a spot, that a hazard or a lasting look-alike stands
    there; births: the first by kind, as far as it was learned. prior_beside: the same where a
    hazard surely stands close by. shared_fate: share of the rate of going that belongs to a row as
    a whole (`core.fusion.persistence`). phantom_report: probability that a pass that sees a phantom
    reports it. alarm_repeats: probability that a false alarm comes again in one more frame of its
    pass. split_report: probability that a pass names a known thing a second time, beside it.
    row_doubt: nats by which what is told of a hazard that arose beside another is less sure than
    the belief, ≥ 0 (`core.fusion.telling`). p_max: no evidence makes fusion surer than this, so
    that it can learn that a thing is gone. poor_doubt: probability that a thing cannot be seen at
    all by looks in the dark or past what hides it, however many pass. limits: where a hazard
    changes its state.
    Raises ValueError where a probability or a half-life is out of range.
    """

    version: str = "1"
    table: RecallTable = DEFAULT_TABLE
    half_lives_s: Mapping[str, float] = field(default_factory=dict)
    trusts: Mapping[int, float] = field(default_factory=dict)
    aliases: Mapping[int, int] = field(default_factory=dict)
    default_trust: float = 0.99
    prior_exists: float = 0.008
    prior_beside: float = 0.3
    births: Mapping[str, float] = field(default_factory=dict)
    shared_fate: float = 0.9
    prior_phantom: float = 0.005
    phantom_report: float = 0.4
    alarm_repeats: float = 0.15
    split_report: float = 0.05
    row_doubt: float = 0.65
    p_max: float = 0.99
    poor_doubt: float = 0.25
    limits: Thresholds = field(default_factory=Thresholds)

    def __post_init__(self) -> None:
        shares = {name: getattr(self, name) for name in _SHARES}
        shares |= {f"births of {kind}": p for kind, p in self.births.items()}
        shares |= {f"trust of witness {witness}": r for witness, r in self.trusts.items()}
        for name, value in shares.items():
            if not 0.0 <= value <= 1.0:
                raise ValueError(f"{name} is {value}, not a probability")
        if not 0.0 <= self.row_doubt <= 10.0:
            raise ValueError(f"row_doubt is {self.row_doubt}, not within 0..10")
        if self.prior_exists + self.prior_phantom >= 1.0:
            raise ValueError("the priors leave no room for an empty spot")
        for kind, half_life_s in self.half_lives_s.items():
            if not 1.0 <= half_life_s <= 1e10:
                raise ValueError(f"half-life of {kind} is {half_life_s} s")

    def half_life_s(self, kind: str) -> float:
        """Seconds in which half of the hazards of this kind go. Raises KeyError."""
        return self.half_lives_s.get(kind, KINDS[kind].half_life_s)

    def prior(self, kind: str) -> float:
        """Probability that a hazard of this kind stands at a spot before its first report."""
        return self.births.get(kind, self.prior_exists)

    def witness(self, number: int) -> int:
        """Who this witness is one with; mostly himself."""
        return self.aliases.get(number, number)

    def trust(self, witness: int) -> float:
        """Trust in a witness, 0..1."""
        return self.trusts.get(witness, self.default_trust)
