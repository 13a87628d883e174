"""A small server that answers uploads as it is told."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

Answer = Callable[[bytes, int], tuple[int, Any]]


class Server:
    """`answer(body, number)` gives status and JSON of the number-th request with this body.

    headers: of every answer. frames: what is told of a frame by its id; asked: for which.
    """

    def __init__(self, answer: Answer, **headers: str) -> None:
        self.requests: Counter[bytes] = Counter()
        self.headers: list[dict[str, str]] = []
        self.frames: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        lock, server = Lock(), self
        extra = {name.replace("_", "-"): value for name, value in headers.items()}

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                picture = re.search(rb"picture \d+", body)
                key = picture[0] if picture else body
                with lock:
                    server.requests[key] += 1
                    server.headers.append({"body": body.decode("latin-1"), **self.headers})
                    status, content = answer(key, server.requests[key])
                text = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                for name, value in extra.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            def do_GET(self) -> None:
                frame_id = self.path.rpartition("/")[2]
                with lock:
                    server.asked.append(frame_id)
                content = server.frames.get(frame_id)
                text = json.dumps(content or {}).encode()
                self.send_response(200 if content else 404)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    @contextmanager
    def running(self) -> Iterator[str]:
        thread = Thread(target=self._http.serve_forever, args=[0.01], daemon=True)
        thread.start()
        yield self.url
        self._http.shutdown()
        self._http.server_close()
        thread.join(5)
