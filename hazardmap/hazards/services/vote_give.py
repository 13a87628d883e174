"""Somebody who passes by says that a hazard is still there, or gone."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hazardmap.accounts.selectors import witnesses
from hazardmap.core.fusion.hazard import LIVE
from hazardmap.hazards import models
from hazardmap.hazards.services.ground_fuse import Places
from hazardmap.hazards.services.word_store import observations_behind, word_store
from hazardmap.hazards.vote_models import Vote
from hazardmap.platform.one_at_a_time import one_at_a_time


class VoteRefused(Exception):
    """There is nothing to vote about: the hazard is not on the map."""


@transaction.atomic
def vote_give(*, hazard_id: UUID, account_id: UUID, stands: bool) -> None:
    """Count an account's word about a hazard in place of what it said before.

    The same word again changes nothing. Raises VoteRefused.
    """
    witness = witnesses([account_id])[account_id]
    one_at_a_time(f"vote {hazard_id} {witness}")
    before = Vote.objects.filter(hazard_id=hazard_id, witness=witness, undone_at=None).first()
    if before is not None and before.stands == stands:
        return

    def store() -> tuple[UUID, Places]:
        hazard = models.Hazard.objects.filter(id=hazard_id).first()
        if hazard is None or hazard.state not in LIVE:
            raise VoteRefused
        if before is not None:
            Vote.objects.filter(id=before.id).update(undone_at=timezone.now())
        vote = Vote.objects.create(
            witness=witness,
            hazard_id=hazard_id,
            stands=stands,
            kind=hazard.kind,
            lon=hazard.position.x,
            lat=hazard.position.y,
            cell=hazard.cell,
            observations=observations_behind(hazard),
        )
        return vote.id, [(hazard.position.x, hazard.position.y)]

    word_store(store)
