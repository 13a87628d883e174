"""What runs the detectors, decides which, and hands their results on."""

from hazardmap.inference.services.detect_hint import detect_hint
from hazardmap.inference.services.detect_pending import detect_pending
from hazardmap.inference.services.model_promote import (
    ModelRefused,
    Promotion,
    model_promote,
    model_shadow,
)
from hazardmap.inference.services.model_register import model_names, model_register
from hazardmap.inference.services.runs_forget import runs_forget
from hazardmap.inference.services.runs_postpone import runs_postpone, runs_waiting
from hazardmap.inference.services.runs_take import TakenDetection, TakenRun, runs_take
