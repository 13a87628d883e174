"""Records and logs of usage for tests."""

import os
import time
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from hazardmap.core.selling.usage import Meter, UsageRecord


def record(number: int, at: datetime | None = None) -> UsageRecord:
    now = timezone.now()
    return UsageRecord("key", Meter.HAZARD, 1 + number, at or now, f"request-{number}", "hazards")


def left_alone(path: Path) -> None:
    """As if nobody had written to this file for three hours."""
    old = time.time() - 3 * 3600
    os.utime(path, (old, old))


def log_files() -> list[Path]:
    return sorted(Path(settings.USAGE_LOG).iterdir())
