"""Logs without secrets: whatever somebody puts into a message, no token leaves with it."""

import logging

from hazardmap.core.access.tokens import without_secrets
from hazardmap.platform.told_once import ToldOnce


class Redacted(ToldOnce):
    """Django's and our messages and tracebacks, with the secrets of tokens taken out."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))
