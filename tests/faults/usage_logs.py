"""Records and logs of usage for tests, and processes beside this one."""

import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from hazardmap.core.selling.usage import Meter, UsageRecord

REPOSITORY = Path(__file__).resolve().parents[2]


def record(number: int, at: datetime | None = None) -> UsageRecord:
    now = timezone.now()
    return UsageRecord("key", Meter.HAZARD, 1 + number, at or now, f"request-{number}", "hazards")


def left_alone(path: Path) -> None:
    """As if nobody had written to this file for three hours."""
    old = time.time() - 3 * 3600
    os.utime(path, (old, old))


def log_files() -> list[Path]:
    return sorted(Path(settings.USAGE_LOG).iterdir())


def python(script: str, *arguments: str) -> "subprocess.Popen[bytes]":
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "hazardmap.settings"}
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.PIPE,
    )
