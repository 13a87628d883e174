"""Tell buyers of what changes where they watch."""

import logging
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, connection

from hazardmap.closing.watching import keys_held
from hazardmap.webhooks.services import Sender, deliveries_make

logger = logging.getLogger(__name__)
PATIENCE_S = 0.5
AFTER_FAILURE_S = 5.0


class Command(BaseCommand):
    help = (
        "Follow the changes of the map, make a message of each for whoever watches its place, and "
        "send what is due, unless its key may spend no more. Runs until it is stopped, may be "
        "stopped at any time, and may run more than once. "
        "Example: python manage.py deliver_webhooks"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with Sender(held=keys_held) as sender:
                while True:
                    time.sleep(_step(sender))
        except KeyboardInterrupt:
            return


def _step(sender: Sender) -> float:
    """How long to pause after it. Without the database nothing is lost."""
    try:
        deliveries_make()
        busy = sender.tick(PATIENCE_S)
    except Error:
        logger.exception("messages could not be sent; going on in %.0f s", AFTER_FAILURE_S)
        connection.close()
        return AFTER_FAILURE_S
    return 0.0 if busy else PATIENCE_S
