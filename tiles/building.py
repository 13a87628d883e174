"""Build a tile from the database, within bounds."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from django.db import Error, InterfaceError, OperationalError

from tiles import layers
from tiles.files import Unavailable
from tiles.mercator import Tile
from tiles.own_connection import own_connection

STATEMENT_TIMEOUT_MS: Final = 2000
SILENCE_S: Final = 3.0
logger = logging.getLogger(__name__)


def build_in_time(layer: str, tile: Tile) -> bytes | None:
    """The layer's tile. A statement over 2 s is cancelled, a silent server left after 3 s.

    Raises Unavailable then, and where there is no database. The next call connects anew.
    """
    try:
        with (
            _line.held(),
            own_connection(statement_timeout_ms=STATEMENT_TIMEOUT_MS, silence_s=SILENCE_S),
        ):
            return layers.build(layer, tile)
    except (OperationalError, InterfaceError) as error:
        logger.warning("%s/%d/%d/%d: %s", layer, tile.z, tile.x, tile.y, str(error).strip())
        raise Unavailable("The tile cannot be built at the moment.") from error


def is_hopeless() -> bool:
    """Whether the database is away and somebody is about to find out if it is back."""
    return _line.is_taken()


class _Line:
    """The way to the database: while it is dead one thread at a time tries it, the others do not
    wait. So whoever wants a tile that is built finds a thread that is free.
    """

    def __init__(self) -> None:
        self._is_dead = False
        self._trying = Lock()

    def is_taken(self) -> bool:
        return self._is_dead and self._trying.locked()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Raises Unavailable at once where `is_taken`."""
        tries = self._is_dead
        if tries and not self._trying.acquire(blocking=False):
            raise Unavailable("The database does not answer.")
        try:
            yield
            self._is_dead = False
        except Error as error:
            # What the server itself says has a code; no code: it has said nothing.
            self._is_dead = getattr(error.__cause__, "sqlstate", None) is None
            raise
        finally:
            if tries:
                self._trying.release()


_line = _Line()
