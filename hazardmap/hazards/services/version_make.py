"""A new version of the parameters: proposed from what the map has found out, then written.

Under a version everything is a replay of the evidence; a new one lets the places that it concerns
wait to be evaluated anew (`stale_refuse`).
"""

import logging
from collections.abc import Collection
from dataclasses import dataclass, replace

from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.learned.trust import settled
from hazardmap.core.learned.versions import SHIPPED, Part, moved_witnesses, version_json, with_parts
from hazardmap.hazards import learned_models
from hazardmap.hazards.params_now import params_now
from hazardmap.hazards.services.checkpoints import checkpoints_carry
from hazardmap.hazards.services.company_find import company_find
from hazardmap.hazards.services.company_keep import company_keep, company_kept
from hazardmap.hazards.services.history_learn import Progress, history_learned
from hazardmap.hazards.services.stale_refuse import stale_mark
from hazardmap.hazards.services.trust_learn import Pair, trust_learned
from hazardmap.inference.selectors import recall_table
from hazardmap.platform.one_at_a_time import one_at_a_time
from hazardmap.platform.unhurried import unhurried

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Proposal:
    """parts: what of `new` was learned just now. company: whom it found together just now."""

    old: FusionParams
    new: FusionParams
    parts: tuple[Part, ...]
    company: tuple[Pair, ...] = ()

    @property
    def changes(self) -> bool:
        return self.old != self.new


def version_propose(
    *, also: Collection[Part] = (), forget: bool = False, progress: Progress = lambda *_: None
) -> Proposal:
    """Whom to believe how far, learned anew; the rest as it was. Writes nothing.

    also: what else to learn, by a replay of all evidence. forget: take what was learned at earlier
    versions back to what this release ships.
    """
    old, live = params_now().params, recall_table()
    shipped = replace(SHIPPED, version=old.version, table=live)
    company = company_find()
    known = trust_learned(old, [*company, *company_kept()])
    new = with_parts(shipped, old, () if forget else (Part.HALF_LIVES, Part.MISTAKES))
    new = replace(new, trusts=settled(known.trusts, old.trusts), aliases=known.alias)
    if also:
        new = with_parts(new, history_learned(shipped, old, progress), also)
    return Proposal(old, new, (Part.TRUST, *also), tuple(company))


class VersionMoved(Exception):
    """Somebody has written a version since this one was proposed, which knows nothing of it."""


@unhurried()
def version_write(proposal: Proposal, *, by: str) -> int:
    """Make it the current version; how many places now wait to be evaluated under it.

    Raises VersionMoved.
    """
    one_at_a_time("fusion version")
    before = params_now()
    if before.params.version != proposal.old.version:
        raise VersionMoved(
            f"version {before.params.version} was written meanwhile, and this began with "
            f"{proposal.old.version}"
        )
    company_keep(proposal.company)
    learned_models.FusionVersion.objects.create(
        by=by,
        learned=[part.value for part in proposal.parts],
        values=version_json(proposal.new, recall_table()),
    )
    waiting = stale_mark(moved_witnesses(before.params, proposal.new))
    checkpoints_carry(before.digest, params_now().digest)
    return waiting


def trust_snapshot() -> None:
    """A new version where trust has moved: what the schedule does by itself. It gives way to
    whoever has written one meanwhile, who has looked at trust as well."""
    proposal = version_propose()
    if not proposal.changes:
        company_keep(proposal.company)
        return
    try:
        version_write(proposal, by="schedule")
    except VersionMoved as moved:
        logger.info("trust stays as it is for now: %s", moved)
