"""Build a tile from the database, within bounds."""

import logging
from typing import Final

from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)

from tiles import layers
from tiles.files import Unavailable
from tiles.mercator import Tile

STATEMENT_TIMEOUT_MS: Final = 2000
logger = logging.getLogger(__name__)


def build_in_time(layer: str, tile: Tile) -> bytes | None:
    """The layer's tile. A statement over 2 s is cancelled.

    Raises Unavailable then, and where there is no database. The next call connects anew.
    """
    if not connection.in_atomic_block:
        close_old_connections()  # Django does it for its own requests only
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}")
            return layers.build(layer, tile)
    except (OperationalError, InterfaceError) as error:
        logger.warning("%s/%d/%d/%d: %s", layer, tile.z, tile.x, tile.y, str(error).strip())
        raise Unavailable("The tile cannot be built at the moment.") from error
