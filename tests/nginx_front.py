"""nginx as `manage.py nginx_config` sets it up, in front of servers of a test."""

import os
import subprocess
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from django.core.management import call_command

from tests.stack import free_port, wait_for


@contextmanager
def in_front(
    folder: Path,
    *,
    web: str,
    live: str = "127.0.0.1:9",
    instead: Collection[tuple[str, str]] = (),
) -> Iterator[str]:
    """Its URL. folder: where it keeps its state. web, live: host:port of what is behind.

    instead: parts of the configuration, and what to put there.
    """
    listen, conf = f"127.0.0.1:{free_port()}", folder / "nginx.conf"
    call_command("nginx_config", listen=listen, web=web, live=live, out=conf, verbosity=0)
    text = conf.read_text()
    for ours, other in instead:
        assert ours in text
        text = text.replace(ours, other)
    conf.write_text(text)
    environment = os.environ | {"PATH": "/usr/sbin:/usr/bin:/bin", "TZ": "America/New_York"}
    user = "user root;" if os.geteuid() == 0 else ""
    command = ["nginx", "-c", str(conf), "-g", f"daemon off; {user}"]
    url = f"http://{listen}"
    with subprocess.Popen(command, env=environment) as nginx:
        try:
            wait_for("nginx", lambda: _answers(url), timeout_s=20)
            yield url
        finally:
            nginx.terminate()


def _answers(url: str) -> bool:
    try:
        httpx.get(f"{url}/t/")
    except httpx.TransportError:
        return False
    return True
