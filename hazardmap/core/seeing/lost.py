"""Frames that a site has lost."""

from typing import Final

LOST: Final = frozenset({"original_lost", "not_processed_in_time"})
"""Why a frame was rejected through no fault of its own: sent again, it is taken as a new one."""
