"""A mail server that refuses whom it is told to, and remembers what it took."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

from django.test import override_settings


@dataclass
class SmtpServer:
    """refused: the reply to each address that gets no mail. greeting: 220, or why nobody does.

    took: the receiver of each mail. tried: how often somebody came.
    """

    refused: dict[str, str] = field(default_factory=dict)
    greeting: str = "220 ready"
    took: list[str] = field(default_factory=list)
    tried: int = 0


@contextmanager
def smtp_server() -> Iterator[SmtpServer]:
    """Mails go to it by Django's own settings."""
    told = SmtpServer()

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            told.tried += 1
            self._say(told.greeting)
            to = ""
            while line := self.rfile.readline().decode().strip():
                word = line.split()[0].upper()
                if word == "RCPT":
                    to = line.partition("<")[2].partition(">")[0]
                    self._say(told.refused.get(to, "250 ok"))
                elif word == "DATA":
                    self._say("354 go on")
                    while self.rfile.readline().strip() != b".":
                        pass
                    told.took.append(to)
                    self._say("250 taken")
                elif word == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 ok")

        def _say(self, reply: str) -> None:
            self.wfile.write(f"{reply}\r\n".encode())

    class Server(ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        try:
            with override_settings(
                EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
                EMAIL_HOST="127.0.0.1",
                EMAIL_PORT=server.server_address[1],
                EMAIL_HOST_USER="",
                EMAIL_USE_TLS=False,
                EMAIL_USE_SSL=False,
            ):
                yield told
        finally:
            server.shutdown()
