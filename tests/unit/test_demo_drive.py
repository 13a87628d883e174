"""The drives of the demonstration are over when their frames are sent."""

from pathlib import Path

import pytest
from django.utils import timezone

from detection.render.drive import PAUSE
from hazardmap.inference.services.demo_drive import demo_drive


def test_the_last_of_many_drives_has_arrived(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    asked = {}
    # Each drive starts a PAUSE after the one before; what it takes to draw five shows nothing more.
    monkeypatch.setattr(
        "hazardmap.inference.services.demo_drive.render_drive",
        lambda **given: asked.update(given),
    )
    demo_drive(out=tmp_path, seed=1, drives=5, frame_spacing_m=50.0)
    assert asked["start"] + 4 * PAUSE < timezone.now()
