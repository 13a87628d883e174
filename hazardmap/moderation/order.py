"""Where a hazard stands in a moderator's queue."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Place:
    """number: 1 for the first, None for a hazard that is not waiting. after, before: neighbours."""

    number: int | None
    waiting: int
    before: UUID | None
    after: UUID | None


def queue_order(urgent_first: Sequence[UUID], skipped: Collection[str]) -> list[UUID]:
    """The most urgent first; what the moderator skipped comes after all the rest."""
    return sorted(urgent_first, key=lambda hazard_id: str(hazard_id) in skipped)


def place_in(order: Sequence[UUID], hazard_id: UUID) -> Place:
    """Neighbours of a hazard; for one that is not in the queue, `after` is the queue's first."""
    if hazard_id not in order:
        return Place(None, len(order), None, order[0] if order else None)
    index = order.index(hazard_id)
    before = order[index - 1] if index > 0 else None
    after = order[index + 1] if index + 1 < len(order) else None
    return Place(index + 1, len(order), before, after)
