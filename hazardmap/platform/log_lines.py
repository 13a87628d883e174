"""Logs without secrets, and short while something is away: each worker fails each second alike."""

import logging
import time
import traceback
from typing import Any, Final

from hazardmap.core.access.tokens import without_secrets

AGAIN_AFTER_S: Final = 60.0
_AT_MOST: Final = 100


class Redacted(logging.Formatter):
    """Django's and our messages and tracebacks, with the secrets of tokens taken out.

    A traceback that this process has written within the last minute is one line.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._told_at: dict[str, float] = {}

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - a name of logging
        text = super().formatException(ei)
        now = time.monotonic()
        if now < self._told_at.get(text, -AGAIN_AFTER_S) + AGAIN_AFTER_S:
            first, *_ = "".join(traceback.format_exception_only(*ei[:2])).splitlines()
            return f"{first} (the same traceback as less than a minute ago)"
        if len(self._told_at) >= _AT_MOST:
            self._told_at.clear()
        self._told_at[text] = now
        return text
