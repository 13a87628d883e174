"""The web server's worker: a thread that has answered waits a moment for the next request.

gunicorn's own worker gives a connection back to the main thread after each answer and hands it to
a thread again with the next request. Two changes of threads, a pipe and a selector are two fifths
of what the server takes for a small answer, and who reads a map asks for the next tile at once.
"""

import os
import select
from contextlib import suppress
from threading import Lock
from typing import Any, Final

from gunicorn.workers.gthread import ThreadWorker

LINGER_MS: Final = 50


class LingeringWorker(ThreadWorker):  # type: ignore[misc] # it has no types
    """As gunicorn's, but a thread gives a connection back only when it is silent, or when somebody
    else has no thread.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unfinished = 0  # connections with a thread, or waiting for one
        self._lingering = 0
        self._counting = Lock()

    def init_process(self) -> None:
        self._wanted = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        super().init_process()

    def enqueue_req(self, conn: Any) -> None:
        with self._counting:
            self._unfinished += 1
            wanted = self._lingering > 0 and self._is_crowded()
        super().enqueue_req(conn)
        if wanted:
            os.eventfd_write(self._wanted, 1)

    def handle(self, conn: Any) -> Any:
        """Whether the connection is kept, as gunicorn's."""
        try:
            kept = super().handle(conn)
            while kept is True and self._has_more(conn):
                kept = super().handle(conn)
            return kept
        finally:
            with self._counting:
                self._unfinished -= 1

    def _has_more(self, conn: Any) -> bool:
        """Wait for the next request on this connection; whether there is one to be answered now."""
        with self._counting:
            if not self.alive or self._is_crowded():
                return False
            self._lingering += 1
        try:
            return self._is_heard(conn)
        finally:
            with self._counting:
                self._lingering -= 1

    def _is_crowded(self) -> bool:
        return self._unfinished > int(self.cfg.threads)

    def _is_heard(self, conn: Any) -> bool:
        if conn.parser.unreader.buf.getvalue():
            return True  # it came with the one before
        line = select.poll()
        line.register(conn.sock, select.POLLIN)
        line.register(self._wanted, select.POLLIN)
        found = [file for file, _ in line.poll(LINGER_MS)]
        if self._wanted in found:
            with suppress(BlockingIOError):  # another thread goes, too
                os.eventfd_read(self._wanted)
            return False
        return bool(found)
