"""Decide about a hazard, take a decision back, and promote a detector: all of it is audited."""

from hazardmap.moderation.services.decision_give import DecisionRefused, decide
from hazardmap.moderation.services.decision_undo import undo
from hazardmap.moderation.services.model_promote import model_promote

__all__ = ["DecisionRefused", "decide", "model_promote", "undo"]
