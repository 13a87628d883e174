"""A web server on a port of its own, in this process: tests see and change what it answers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from tiles import wsgi

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

DOWN = False


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def handle(self) -> None:
        if not DOWN:  # otherwise the connection ends without an answer
            super().handle()


@contextmanager
def serving(application: "WSGIApplication" = wsgi.application) -> Iterator[str]:
    """host:port of a server that lives as long as the `with` block."""
    with make_server("127.0.0.1", 0, application, _Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
