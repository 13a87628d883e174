"""What a client's own detector says of a frame: reading it, and the rules that it must meet."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hazardmap.core.geometry.box import Box
from hazardmap.core.kinds import KINDS
from hazardmap.core.seeing.georeference import Fault, member

MAX_BOXES: Final = 100
# A smaller crop would be drawn into a frame more than twenty times as wide.
LEAST_CROP_SHARE: Final = 0.05
WHOLE_FRAME: Final = Box(0.0, 0.0, 1.0, 1.0)
BOX_RULE: Final = "must be [left, top, right, bottom] with 0 <= left < right <= 1, top likewise"


@dataclass(frozen=True, slots=True)
class EdgeDetection:
    """A hazard that the client saw. score: 0..1; the box is in shares of the whole frame."""

    kind: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True)
class EdgeReport:
    """What a client says of one frame, of which it sends no more than a crop.

    model: the version of the weights it ran. crop: where in the frame the sent picture lies.
    occluders: vehicles and people. complete: whether these are all detections at the model's
    working threshold; only then does the frame speak against what it does not show.
    """

    model: str
    crop: Box
    detections: tuple[EdgeDetection, ...]
    occluders: tuple[Box, ...]
    complete: bool


def read_edge(data: Mapping[str, Any], *, models: Collection[str]) -> EdgeReport | list[Fault]:
    """Read what JSON gives; or every rule that it breaks. models: the versions that are known."""
    known = {"model", "crop", "detections", "occluders", "complete"}
    faults = [
        Fault(f"edge/{member(name)}", f"unknown; known are {', '.join(sorted(known))}")
        for name in data
        if name not in known
    ]
    model, complete = data.get("model"), data.get("complete", False)
    if not isinstance(model, str) or model not in models:
        faults.append(
            Fault("edge/model", f"must be one of {', '.join(sorted(models)) or '(none)'}")
        )
    if not isinstance(complete, bool):
        faults.append(Fault("edge/complete", "must be true or false"))
    crop = _crop(data.get("crop", [0, 0, 1, 1]))
    if crop is None:
        rule = f"{BOX_RULE}, at least {LEAST_CROP_SHARE:g} wide and high"
        faults.append(Fault("edge/crop", rule))
    detections = [
        _detection(item, f"edge/detections/{n}", faults)
        for n, item in enumerate(_listed(data, "detections", faults))
    ]
    occluders = [
        _occluder(item, f"edge/occluders/{n}", faults)
        for n, item in enumerate(_listed(data, "occluders", faults))
    ]
    if faults or crop is None:
        return faults
    return EdgeReport(
        model=str(model),
        crop=crop,
        detections=tuple(item for item in detections if item is not None),
        occluders=tuple(item for item in occluders if item is not None),
        complete=bool(complete),
    )


def as_json(report: EdgeReport) -> dict[str, Any]:
    """The report as `read_edge` reads it."""
    return {
        "model": report.model,
        "crop": report.crop.sides(),
        "detections": [
            {"kind": item.kind, "score": item.score, "box": item.box.sides()}
            for item in report.detections
        ],
        "occluders": [box.sides() for box in report.occluders],
        "complete": report.complete,
    }


def _listed(data: Mapping[str, Any], name: str, faults: list[Fault]) -> list[Any]:
    items = data.get(name, [])
    if isinstance(items, list) and len(items) <= MAX_BOXES:
        return items
    faults.append(Fault(f"edge/{name}", f"must be a list of at most {MAX_BOXES}"))
    return []


def _detection(item: object, at: str, faults: list[Fault]) -> EdgeDetection | None:
    if not isinstance(item, dict) or item.keys() != {"kind", "score", "box"}:
        faults.append(Fault(at, "must be an object with kind, score and box"))
        return None
    kind, score, box = item["kind"], _number(item["score"]), _box(item["box"])
    if not isinstance(kind, str) or kind not in KINDS:
        faults.append(Fault(f"{at}/kind", f"must be one of {', '.join(sorted(KINDS))}"))
    elif score is None or not 0 <= score <= 1:
        faults.append(Fault(f"{at}/score", "must be a number from 0 to 1"))
    elif box is None:
        faults.append(Fault(f"{at}/box", BOX_RULE))
    else:
        return EdgeDetection(kind, score, box)
    return None


def _occluder(item: object, at: str, faults: list[Fault]) -> Box | None:
    box = _box(item)
    if box is None:
        faults.append(Fault(at, BOX_RULE))
    return box


def _crop(value: object) -> Box | None:
    box = _box(value)
    if box is None or min(box.right - box.left, box.bottom - box.top) < LEAST_CROP_SHARE:
        return None
    return box


def _box(value: object) -> Box | None:
    if not isinstance(value, list) or len(value) != 4:
        return None
    left, top, right, bottom = map(_number, value)
    if left is None or top is None or right is None or bottom is None:
        return None
    inside = 0 <= left < right <= 1 and 0 <= top < bottom <= 1
    return Box(left, top, right, bottom) if inside else None


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e9:
        return None
    return float(value) if math.isfinite(value) else None
