"""A frame is too much for the database now: what waits around it would fare no better."""

from datetime import datetime
from uuid import UUID

from hazardmap.capture.selectors import poses
from hazardmap.core.geometry.grid import cell
from hazardmap.hazards.services.place_lock import LOCK_RES, with_neighbours
from hazardmap.inference.services import runs_postpone, runs_waiting

LOOKED_AT = 10_000


def street_postpone(frame_id: UUID) -> tuple[int, datetime]:
    """Let this frame and those around it that wait be tried later; how many these are, and when.

    Call it in the transaction that took the frame.
    """
    waiting = poses([frame_id, *runs_waiting(limit=LOOKED_AT)])
    places = {id_: cell(pose.lon, pose.lat, LOCK_RES) for id_, pose in waiting.items()}
    around = with_neighbours([places[frame_id]] if frame_id in places else [])
    street = {id_ for id_, place in places.items() if place in around}
    return runs_postpone(frame_ids=street | {frame_id})
