"""What somebody who watches an area is told of a change there, or who asks for its changes."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from hazardmap.core.fusion.hazard import LIVE, Change, Hazard


class News(StrEnum):
    """Of one hazard, as somebody sees it who watches."""

    APPEARED = "hazard.appeared"
    CHANGED = "hazard.changed"
    GONE = "hazard.gone"


@dataclass(frozen=True, slots=True)
class Watch:
    """Which hazards count. kinds: None for all. min_probability: 0..1, of `p`, not faded.

    published: two witnesses or a moderator's word. simulated: as in core.answers.wanted; unless one
    asks, only what is real is told, so that no driver is warned of what is made up.
    """

    kinds: Collection[str] | None = None
    min_probability: float = 0.0
    published: bool = True
    simulated: bool | None = False

    def wants(self, hazard: Hazard) -> bool:
        """As it was told, not faded: so the feed alone decides, whenever it is read."""
        return (
            hazard.state in LIVE
            and (self.kinds is None or hazard.kind in self.kinds)
            and hazard.p >= self.min_probability
            and (hazard.published or not self.published)
            and self.simulated in {None, hazard.simulated}
        )


def news(before: bool, now: bool) -> News | None:
    """before, now: whether a hazard was seen before the change, and is after, by any watch."""
    if now:
        return News.CHANGED if before else News.APPEARED
    return News.GONE if before else None


def change_seen(change: Change, *, before: bool, now: bool) -> Change | None:
    """A change of the map as somebody sees it who sees only a part: what comes into it appears, and
    what leaves it is removed."""
    match news(before, now):
        case News.APPEARED:
            return Change.APPEARED
        case News.GONE:
            return Change.REMOVED
        case News.CHANGED:
            return change
    return None
