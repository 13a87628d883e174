"""What changes frames."""

from hazardmap.capture.services.copies_sweep import copies_sweep, copies_without_frame
from hazardmap.capture.services.frame_accept import Accepted, FrameRefused, frame_accept
from hazardmap.capture.services.frame_finish import frame_detected, frame_rejected, frames_doubted
from hazardmap.capture.services.frames_claim import ClaimedFrame, frames_claim, frames_release
from hazardmap.capture.services.frames_forget import frames_forget, frames_withdraw
from hazardmap.capture.services.originals_sweep import originals_sweep
from hazardmap.capture.services.pictures_expire import pictures_expire, pictures_prolong
from hazardmap.capture.services.takedown import (
    AlreadyErased,
    picture_hide,
    picture_keep,
    picture_remove,
    picture_show,
    pictures_erase,
)
from hazardmap.capture.services.waiting_room import NoRoom, TooManyWaiting
