"""Forget a person: pictures, tracks, what pay was for, and the account.

What the map learned stays, anonymous, and so do amounts of money.
"""

import logging
from typing import Final
from uuid import UUID

from hazardmap.accounts.services import account_delete, accounts_leaving
from hazardmap.capture.selectors import frame_ids_of
from hazardmap.capture.services import frames_forget, frames_withdraw
from hazardmap.hazards.services import witness_forget
from hazardmap.inference.services import runs_forget
from hazardmap.rewards.services import reasons_forget

AT_ONCE: Final = 500
logger = logging.getLogger(__name__)


def people_forget() -> int:
    """Finish what those who left have begun; how many that were.

    Somebody who cannot be forgotten is logged and tried again the next time, after the others.
    """
    forgotten = 0
    for account_id, witness in accounts_leaving():
        try:
            person_forget(account_id=account_id, witness=witness)
        except Exception:
            logger.exception("account %s is not forgotten yet", account_id)
        else:
            forgotten += 1
    return forgotten


def person_forget(*, account_id: UUID, witness: int) -> None:
    """For an account that was left (account_leave). The row goes last: broken off, it is found
    again.
    """
    while frame_ids := frame_ids_of(account_id, limit=AT_ONCE):
        frames_withdraw(frame_ids=frame_ids)
        runs_forget(frame_ids=frame_ids)
        frames_forget(frame_ids=frame_ids)
    witness_forget(witness=witness)
    reasons_forget(witness=witness)
    account_delete(account_id=account_id)
