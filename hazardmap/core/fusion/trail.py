"""The trail of a hazard: a line for each pass, and how two trails become one."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from hazardmap.core.fusion.evidence import Look
from hazardmap.core.fusion.hazard import Evidence
from hazardmap.core.fusion.persistence import Likelihood
from hazardmap.core.seeing.sightings import Thing


def line(
    look: Look,
    likelihood: Likelihood,
    thing: Thing | None,
    *,
    p_before: float,
    p_after: float,
    real: float,
) -> Evidence:
    """What a pass said of a hazard. thing: None where it reported nothing."""
    best = thing.best if thing else None
    return Evidence(
        pass_id=look.of.id,
        witness=look.witness,
        device_id=look.of.views[0].device_id,
        first_at=look.of.first_at,
        last_at=look.of.last_at,
        seen=thing is not None,
        score=best.score if best else None,
        visibility=look.visibility,
        log2_ratio=likelihood.log2_ratio,
        frames=len(thing.sightings) if thing else len(look.of.views),
        observations=tuple(sorted(o.id for o in thing.observations)) if thing else (),
        best_observation=best.id if best else None,
        p_after=p_after,
        p_before=p_before,
        real=real,
        checked=look.checked(thing),
    )


def one_trail(ours: Iterable[Evidence], theirs: Iterable[Evidence]) -> list[Evidence]:
    """The trails of two hazards that prove to be one, in order of time: one line for each pass."""
    lines: dict[UUID, Evidence] = {}
    for item in (*ours, *theirs):
        known = lines.get(item.pass_id)
        lines[item.pass_id] = _one_line(known, item) if known else item
    return sorted(lines.values(), key=lambda item: (item.last_at, item.pass_id))


def _one_line(ours: Evidence, theirs: Evidence) -> Evidence:
    """What a pass reported counts, and not what it missed; of two reports it is all that was seen.

    It told of one thing once, so its bits are ours and not the sum.
    """
    if not (ours.seen and theirs.seen):
        return theirs if theirs.seen else ours
    best = max(ours, theirs, key=lambda item: item.score or 0.0)
    return replace(
        ours,
        score=best.score,
        frames=max(ours.frames, theirs.frames),
        observations=tuple(sorted({*ours.observations, *theirs.observations})),
        best_observation=best.best_observation,
        checked=ours.checked or theirs.checked,
    )
