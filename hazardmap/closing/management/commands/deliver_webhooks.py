"""Tell buyers of what changes where they watch."""

import logging
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, connection

from hazardmap.closing.watching import keys_held
from hazardmap.metering.services import usage_has_room
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
    """How long to pause after it. Without the database or a disk nothing is lost: what was sent
    and cannot be counted is sent again, so nothing is begun while there is no room to count it.
    """
    try:
        deliveries_make()
        can_count = usage_has_room()
        if not can_count:
            logger.error("no message is sent: there is no room for the usage log")
        busy = sender.tick(PATIENCE_S, more=can_count)
    except (Error, OSError):
        logger.exception("messages could not be sent; going on in %.0f s", AFTER_FAILURE_S)
        connection.close()
        return AFTER_FAILURE_S
    if busy:
        return 0.0
    return PATIENCE_S if can_count else AFTER_FAILURE_S
