"""What the whole history of a ground leaves to learn from (core.learned.learning)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from hazardmap.core.fusion.fuse import canonical, on_plane
from hazardmap.core.fusion.params import FusionParams
from hazardmap.core.fusion.replay import Replay
from hazardmap.core.geometry.geodesy import Plane
from hazardmap.core.learned.learning import Tally, tally
from hazardmap.core.seeing.observation import Observation, View
from hazardmap.core.seeing.passes import split


def ground_tally(
    views: Collection[View],
    observations: Iterable[Observation],
    rejected: Collection[UUID],
    params: FusionParams,
    now: datetime,
) -> Tally:
    """Replay a ground from the beginning and tally what came of it.

    views: distinct, those in its reach. rejected: observations that moderators threw out, which
    are left out here. How far all passes looked is not in it: grounds share their passes.
    """
    by_frame: Mapping[UUID, View] = {view.frame_id: view for view in views}
    kept = sorted((o for o in observations if o.id not in rejected), key=canonical(by_frame))
    if not kept:
        return Tally()
    plane = Plane(kept[0].lon, kept[0].lat)
    replay = Replay(plane, params, on_plane(kept, by_frame, plane))
    replay.run(split(views), ())
    return tally([*replay.candidates, *replay.given_up], now)
