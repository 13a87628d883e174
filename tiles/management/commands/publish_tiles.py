"""Keep the tiles true to the map."""

import logging
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, connection

from tiles.publish import NeverBuilt, publish
from tiles.rebuild import rebuild

logger = logging.getLogger(__name__)
EVERY_S = 1.0
AFTER_FAILURE_S = 5.0


class Command(BaseCommand):
    help = (
        "Follow the changes of the map: rewrite the features of what has changed and remove the "
        "files of the tiles that show it. Runs until it is stopped, and may be stopped at any "
        "time. Example: python manage.py publish_tiles"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            while True:
                begin = time.monotonic()
                pause_s = EVERY_S if _published() else AFTER_FAILURE_S
                time.sleep(max(0.0, begin + pause_s - time.monotonic()))
        except KeyboardInterrupt:
            return


def _published() -> bool:
    """Without the database or a disk nothing is lost: it goes on when it is back."""
    try:
        _publish()
    except (Error, OSError):
        logger.exception("tiles could not be published; going on in %.0f s", AFTER_FAILURE_S)
        connection.close()
        return False
    return True


def _publish() -> None:
    try:
        publish()
    except NeverBuilt:
        for _ in rebuild():
            pass
        publish()
