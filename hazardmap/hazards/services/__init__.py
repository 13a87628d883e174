"""What changes the map."""

from hazardmap.hazards.services.area_refuse import BoxOrCell, area_refuse
from hazardmap.hazards.services.cells_refresh import cells_rebuild, cells_refresh
from hazardmap.hazards.services.expire_faded import expire_faded
from hazardmap.hazards.services.feed_follow import moves_follow
from hazardmap.hazards.services.fuse_pending import fuse_pending
from hazardmap.hazards.services.looks_decide import looks_decide
from hazardmap.hazards.services.mounting_learn import mountings_learn
from hazardmap.hazards.services.pictures_forget import (
    drive_forget,
    old_pictures_forget,
    picture_forget,
)
from hazardmap.hazards.services.roads_load import RoadsUnreadable, roads_load
from hazardmap.hazards.services.stale_refuse import stale_refuse
from hazardmap.hazards.services.verdict_give import (
    VerdictRefused,
    verdict_give,
    verdict_undo,
)
from hazardmap.hazards.services.version_make import (
    Proposal,
    VersionMoved,
    trust_snapshot,
    version_propose,
    version_write,
)
from hazardmap.hazards.services.vote_give import VoteRefused, vote_give
from hazardmap.hazards.services.witness_forget import witness_forget
from hazardmap.hazards.services.zones_refresh import zones_rebuild, zones_refresh
