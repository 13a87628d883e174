"""Who says that a thing is there, and who denies it: every account once."""

from dataclasses import dataclass, field


@dataclass
class Voices:
    """Accounts by their numbers (`FusionParams.witness`).

    supporters: their passes have reported it. checked: one of those reports is our own detector's.
    against: they looked and saw nothing since the last report. unseen: our own detector is one of
    those. voters: people who have voted; those in gone_by have said since then that it is gone.
    """

    supporters: set[int] = field(default_factory=set)
    checked: bool = False
    against: set[int] = field(default_factory=set)
    unseen: bool = False
    voters: set[int] = field(default_factory=set)
    gone_by: set[int] = field(default_factory=set)

    @property
    def witnesses(self) -> int:
        """How many accounts report it; together one while nobody has but their devices' word."""
        return len(self.supporters) if self.checked else 1

    @property
    def deniers(self) -> int:
        """How many accounts deny it; together one while nobody has but their devices' word."""
        if self.unseen or self.gone_by:
            return len(self.against | self.gone_by)
        return min(len(self.against), 1)

    def reported(self, witness: int, *, checked: bool) -> None:
        """A pass has reported it: what was denied before does not count any more."""
        self.supporters.add(witness)
        self.checked |= checked
        self.forget_denials()

    def missed(self, witness: int, *, checked: bool) -> None:
        """A pass that should have seen it has not."""
        self.against.add(witness)
        self.unseen |= checked

    def forget_denials(self) -> None:
        self.against.clear()
        self.gone_by.clear()
        self.unseen = False

    def join(self, twin: "Voices") -> None:
        """Those of the same thing under another name; what was denied of that is not of this."""
        self.supporters |= twin.supporters
        self.checked |= twin.checked
        self.voters |= twin.voters
        self.gone_by |= twin.gone_by

    def may_clear(self, enough: int) -> bool:
        """Whether so many deny it, or everybody who ever reported it."""
        return self.deniers >= enough or self.supporters <= self.against
