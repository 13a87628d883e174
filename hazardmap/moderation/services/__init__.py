"""What moderators do: decide about a hazard, and take a decision back."""

from hazardmap.moderation.services.decision_give import DecisionRefused, decide
from hazardmap.moderation.services.decision_undo import undo

__all__ = ["DecisionRefused", "decide", "undo"]
