"""What any of the three finders says is private is unreadable in the copy that is stored."""

import io

import numpy as np
import pytest
from PIL import Image

from detection.backends.centerface import CenterFace
from detection.backends.yolo import Found, Yolo
from detection.engine import Engine, FrameResult
from detection.hazards import HazardFinder, Seen
from detection.privacy import Private
from tests.shipped_models import needs_weights

NOTHING = np.zeros((0, 5), np.float32)
# A face, a plate, and a person as tall as that makes the upper fifth a head; score last.
BOXES = {
    Private.FACE: (60, 60, 120, 130, 0.9),
    Private.PLATE: (300, 250, 380, 280, 0.9),
    Private.HEAD: (480, 40, 540, 300, 0.9),
}

pytestmark = needs_weights


def _checks() -> np.ndarray:
    """640 x 360 pixels, black and white in turn every four: nothing of it survives a blur."""
    fine = (np.indices((90, 160)).sum(axis=0) % 2 * 255).astype(np.uint8)
    return np.repeat(fine.repeat(4, 0).repeat(4, 1)[:, :, None], 3, axis=2)


def _result(engine: Engine, monkeypatch: pytest.MonkeyPatch, *found: Private) -> FrameResult:
    """Of a frame in which the finders see these, and nothing else."""
    boxes = {
        what: np.array([BOXES[what]], np.float32) if what in found else NOTHING for what in Private
    }
    seen = Seen([], [], boxes[Private.HEAD], NOTHING, frozenset())
    plates = Found(boxes[Private.PLATE], ("License_Plate",) * len(boxes[Private.PLATE]))
    monkeypatch.setattr(CenterFace, "find", lambda _, rgb: boxes[Private.FACE])
    monkeypatch.setattr(Yolo, "find", lambda _, pictures: [plates for _ in pictures])
    monkeypatch.setattr(HazardFinder, "find", lambda _, pictures: [seen for _ in pictures])
    stream = io.BytesIO()
    Image.fromarray(_checks()).save(stream, "PNG")
    [result] = engine.process([stream.getvalue()])
    assert isinstance(result, FrameResult)
    return result


def _contrast(result: FrameResult) -> np.ndarray:
    """Between neighbours two checks apart: 255 where nothing is blurred."""
    grey = np.asarray(Image.open(io.BytesIO(result.blurred_jpeg)).convert("L"), float)
    return np.abs(grey[:, 4:] - grey[:, :-4])


@pytest.mark.parametrize("what", Private)
def test_each_finder_adds_its_region_and_the_copy_is_blurred_there(engine, monkeypatch, what):
    result = _result(engine, monkeypatch, what)

    [region] = result.receipt.regions
    assert region.what is what
    left, top, right, bottom, _ = BOXES[what]
    if what is Private.HEAD:
        bottom = top + (bottom - top) / 5
    assert (region.left * 640, region.top * 360) <= (left, top)
    assert region.right * 640 >= right - 1e-3
    assert region.bottom * 360 >= bottom - 1e-3
    contrast = _contrast(result)
    inside = contrast[top : int(bottom), left : right - 4]
    assert inside.max() < 100, "no check can be told from its neighbour"
    assert np.median(contrast) > 200, "the rest of the picture is as it was"


def test_all_regions_of_a_frame_are_blurred(engine, monkeypatch):
    result = _result(engine, monkeypatch, *Private)

    regions = result.receipt.regions
    assert [region.what for region in regions] == list(Private)
    contrast = _contrast(result)
    for region in regions:
        rows = slice(int(region.top * 360) + 4, int(region.bottom * 360) - 4)
        columns = slice(int(region.left * 640) + 4, int(region.right * 640) - 8)
        assert contrast[rows, columns].max() < 100


def test_where_nothing_private_is_seen_nothing_is_blurred(engine, monkeypatch):
    result = _result(engine, monkeypatch)

    assert result.receipt.regions == ()
    assert _contrast(result).min() > 200
