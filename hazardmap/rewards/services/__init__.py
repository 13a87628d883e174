"""What writes the contributors' ledger."""

from hazardmap.rewards.services.ledger_book import Ledger, LedgerConflict, ledger_book
from hazardmap.rewards.services.line_share import (
    share_claw_back,
    share_correct,
    share_set_aside,
    share_split,
    share_take_back,
)
from hazardmap.rewards.services.payout_run import (
    PayoutRefused,
    payout_end,
    payout_run,
    payout_target_set,
)
from hazardmap.rewards.services.reasons_keep import reasons_forget
