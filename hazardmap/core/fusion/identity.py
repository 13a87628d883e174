"""Which stored thing one found anew continues, so that it keeps its id for life."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from hazardmap.core.ids import child_id


@dataclass(frozen=True, slots=True)
class Match:
    """Outcome of `match`.

    ids: found thing's own id → the id to store it under (a stored one, or a new one).
    new: the values of `ids` that are not stored yet. gone: stored id without a successor → the
    id that now holds most of its parts (it was merged), or None (it vanished).
    """

    ids: Mapping[UUID, UUID]
    new: frozenset[UUID]
    gone: Mapping[UUID, UUID | None]


def match(
    stored: Mapping[UUID, frozenset[UUID]],
    found: Mapping[UUID, frozenset[UUID]],
    known: Mapping[UUID, UUID] = MappingProxyType({}),
) -> Match:
    """Match what was found to what is stored by the parts that they share.

    By id, both: what each is made of (a hazard of observations, a work zone of hazards). stored:
    everything that shares a part with what was found. The largest overlaps are joined first, of
    equal ones those of the same id, then by smallest id; each stored and each found thing is joined
    at most once. What was found without a partner keeps its own id, unless a stored thing holds
    that: then it gets one derived from it. known: found thing's own id → the stored id that it
    continues in any case, which is not in `stored`; such a thing may still be an heir.
    """
    holder = {part: id_ for id_ in sorted(stored, reverse=True) for part in stored[id_]}
    overlaps: dict[tuple[UUID, UUID], int] = {}
    for found_id, parts in found.items():
        for part in parts & holder.keys():
            pair = holder[part], found_id
            overlaps[pair] = overlaps.get(pair, 0) + 1
    ranked = sorted(overlaps, key=lambda pair: (-overlaps[pair], pair[0] != pair[1], pair))
    continued = {found_id: id_ for found_id, id_ in known.items() if found_id in found}
    taken: set[UUID] = set()
    for stored_id, found_id in ranked:
        if stored_id not in taken and found_id not in continued:
            continued[found_id] = stored_id
            taken.add(stored_id)
    ids = {found_id: continued.get(found_id) or _fresh(found_id, stored) for found_id in found}
    heir: dict[UUID, UUID] = {}
    for stored_id, found_id in ranked:
        heir.setdefault(stored_id, ids[found_id])
    return Match(
        ids=ids,
        new=frozenset(ids.values()) - stored.keys() - frozenset(known.values()),
        gone={stored_id: heir.get(stored_id) for stored_id in stored if stored_id not in taken},
    )


def _fresh(id_: UUID, stored: Mapping[UUID, frozenset[UUID]]) -> UUID:
    while id_ in stored:
        id_ = child_id(id_, "split")
    return id_
