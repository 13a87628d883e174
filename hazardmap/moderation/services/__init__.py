"""Decide about hazards and reported pictures, promote a detector: all of it is audited."""

from hazardmap.moderation.services.audit_write import audit_closing
from hazardmap.moderation.services.decision_give import DecisionRefused, Shown, decide
from hazardmap.moderation.services.decision_undo import undo
from hazardmap.moderation.services.model_promote import model_promote
from hazardmap.moderation.services.report_decide import report_decide, report_undo
from hazardmap.moderation.services.report_file import ReportRefused, report_file
