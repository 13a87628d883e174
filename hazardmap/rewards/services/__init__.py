"""What writes the contributors' ledger."""

from hazardmap.rewards.services.ledger_book import Ledger, LedgerConflict, ledger_book
from hazardmap.rewards.services.line_share import share_set_aside, share_split, share_take_back

__all__ = [
    "Ledger",
    "LedgerConflict",
    "ledger_book",
    "share_set_aside",
    "share_split",
    "share_take_back",
]
