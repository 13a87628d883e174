"""Somebody's word about a hazard, a verdict or a vote, is stored, and its place evaluated anew."""

from collections.abc import Callable
from uuid import UUID

from hazardmap.hazards import models
from hazardmap.hazards.services.evidence_read import BEGINNING
from hazardmap.hazards.services.ground_fuse import Places, fuse_around
from hazardmap.hazards.services.place_lock import PlaceLock, under_place_lock


def word_store(write: Callable[[], tuple[UUID, Places]]) -> UUID:
    """Run `write` and evaluate its places in one transaction; return the id that it gave."""

    def act(lock: PlaceLock) -> UUID:
        id_, places = write()
        fuse_around(seen=places, looked_from=[(one, BEGINNING) for one in places], lock=lock)
        return id_

    return under_place_lock(act)


def observations_behind(hazard: models.Hazard) -> list[str]:
    """What the word is about, under whatever name the map has it later."""
    trails = hazard.evidence.values_list("observations", flat=True)
    return sorted({observation for trail in trails for observation in trail})
