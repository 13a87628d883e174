"""What runs the detector and hands its results on."""

from hazardmap.inference.services.detect_hint import detect_hint
from hazardmap.inference.services.detect_pending import detect_pending
from hazardmap.inference.services.runs_take import TakenDetection, TakenRun, runs_take

__all__ = ["TakenDetection", "TakenRun", "detect_hint", "detect_pending", "runs_take"]
