"""Which stored hazard a replayed one continues, so that a hazard keeps its id for life."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from hazardmap.core.fusion import FusedHazard
from hazardmap.core.ids import child_id


@dataclass(frozen=True, slots=True)
class Match:
    """Outcome of `match`.

    ids: fused hazard's own id → the id to store it under (a stored one, or a new one).
    new: the values of `ids` that are not stored yet. gone: stored id without a successor → the
    id that now holds most of its observations (it was merged), or None (it vanished).
    """

    ids: Mapping[UUID, UUID]
    new: frozenset[UUID]
    gone: Mapping[UUID, UUID | None]


def match(stored: Mapping[UUID, frozenset[UUID]], fused: Sequence[FusedHazard]) -> Match:
    """Match replayed hazards to stored ones by the observations they share.

    stored: hazard id → ids of the observations that support it, for every stored hazard that
    shares an observation with the replayed place. The largest overlaps are joined first, ties by
    smallest id; each stored and each fused hazard is joined at most once. A fused hazard without
    a partner keeps its own id, unless a stored hazard holds that: then it gets one derived from it.
    """
    holder = {o: id_ for id_ in sorted(stored, reverse=True) for o in stored[id_]}
    overlaps: dict[tuple[UUID, UUID], int] = {}
    for one in fused:
        for observation in one.observation_ids & holder.keys():
            pair = holder[observation], one.hazard.id
            overlaps[pair] = overlaps.get(pair, 0) + 1
    ranked = sorted(overlaps, key=lambda pair: (-overlaps[pair], pair))
    continued: dict[UUID, UUID] = {}
    taken: set[UUID] = set()
    for stored_id, fused_id in ranked:
        if stored_id not in taken and fused_id not in continued:
            continued[fused_id] = stored_id
            taken.add(stored_id)
    ids = {
        one.hazard.id: continued.get(one.hazard.id) or _fresh(one.hazard.id, stored)
        for one in fused
    }
    heir: dict[UUID, UUID] = {}
    for stored_id, fused_id in ranked:
        heir.setdefault(stored_id, ids[fused_id])
    return Match(
        ids=ids,
        new=frozenset(ids.values()) - stored.keys(),
        gone={stored_id: heir.get(stored_id) for stored_id in stored if stored_id not in taken},
    )


def _fresh(id_: UUID, stored: Mapping[UUID, frozenset[UUID]]) -> UUID:
    while id_ in stored:
        id_ = child_id(id_, "split")
    return id_
