"""What changes the map."""

from hazardmap.hazards.services.expire_faded import expire_faded
from hazardmap.hazards.services.fuse_pending import fuse_pending
from hazardmap.hazards.services.verdict_give import verdict_give, verdict_undo

__all__ = ["expire_faded", "fuse_pending", "verdict_give", "verdict_undo"]
