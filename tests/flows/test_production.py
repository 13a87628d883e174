"""The same processes in production mode: strict, complete, behind a proxy that speaks HTTPS."""

import os
import re
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import yaml

from tests.nginx_front import in_front
from tests.stack import REPOSITORY, Stack, free_port, procfile, wait_for

HOSTS = ".example.org, map.example.net"
WHO = {"HAZARDMAP_OPERATOR": "Road Watch, Street 1", "HAZARDMAP_CONTACT": "map@example.org"}
PROXY = {"X-Forwarded-Proto": "https", "Host": "map.example.org"}
# To start a second takes seconds, and nothing is asked of it here.
ONE_WORKER = ("--workers 2", "--workers 1")


def production_environment(stack: Stack) -> dict[str, str]:
    return stack.environment | {
        "HAZARDMAP_ENV": "production",
        "HAZARDMAP_SECRET_KEY": secrets.token_hex(32),
        "HAZARDMAP_HOSTS": HOSTS,
        **WHO,
        "HAZARDMAP_OUTBOUND_EXCEPTIONS": "",
    }


@pytest.fixture(scope="module")
def production(stack: Stack):
    """The address of a web server in production mode on the stack's database."""
    port = free_port()
    environment = production_environment(stack) | {"HAZARDMAP_PORT": str(port)}
    with (stack.logs / "production.log").open("wb") as log:
        process = subprocess.Popen(
            ["/bin/sh", "-c", procfile()["web"].replace(*ONE_WORKER)],
            cwd=REPOSITORY,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for("the production server", lambda: _answers(url), timeout_s=60)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", headers=PROXY, timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def test_pages_come_with_their_files_and_strict_headers(production: str) -> None:
    page = httpx.get(f"{production}/", headers=PROXY)
    assert page.status_code == 200
    assert "max-age=31536000" in page.headers["strict-transport-security"]
    assert "unsafe" not in page.headers["content-security-policy"]
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)
    assert files
    for file in files:
        answer = httpx.get(f"{production}{file}", headers=PROXY)
        assert answer.status_code == 200, file
    hashed = [file for file in files if "/assets/" in file]
    immutable = httpx.get(f"{production}{hashed[0]}", headers=PROXY).headers["cache-control"]
    assert "immutable" in immutable


def test_plain_http_is_sent_to_https_and_other_hosts_are_refused(production: str) -> None:
    assert httpx.get(f"{production}/", headers={"Host": "map.example.org"}).status_code == 301
    other = PROXY | {"Host": "evil.example"}
    assert httpx.get(f"{production}/", headers=other).status_code == 400


@contextmanager
def running(stack: Stack, environment: dict[str, str], name: str) -> Iterator[None]:
    """A process of the Procfile, which is killed at the end."""
    with (stack.logs / f"production-{name}.log").open("ab") as log:
        process = subprocess.Popen(
            ["/bin/sh", "-c", procfile()[name].replace(*ONE_WORKER)],
            cwd=REPOSITORY,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(20)


def test_nginx_finds_servers_that_have_started_anew_and_the_container_asks_it(
    stack: Stack, tmp_path: Path
) -> None:
    services = yaml.safe_load((REPOSITORY / "deploy" / "compose.yaml").read_text())["services"]
    run, *command = services["nginx"]["healthcheck"]["test"]
    assert run == "CMD"
    assert "$" not in "".join(command), "compose would put a variable there"
    environment = production_environment(stack) | {
        "HAZARDMAP_SOCKETS": "1",
        "HAZARDMAP_VAR": str(tmp_path),
    }
    sockets = {name: f"unix:{tmp_path}/{name}.socket" for name in ("web", "live")}
    with in_front(tmp_path / "nginx", **sockets) as url:
        port = str(httpx.URL(url).port)
        ask = [part.replace("python", sys.executable).replace("8080", port) for part in command]

        def healthy() -> bool:
            done = subprocess.run(
                ask, env={"HAZARDMAP_HOSTS": HOSTS}, capture_output=True, check=False
            )
            return done.returncode == 0

        def live() -> bool:
            return httpx.get(f"{url}/live/v1/hazards", headers=PROXY).status_code == 400

        assert not healthy()
        for _ in ("first", "killed, so that its sockets are left"):
            with running(stack, environment, "web"), running(stack, environment, "live"):
                wait_for("the web server behind nginx", healthy, timeout_s=120, every_s=0.3)
                wait_for("the live stream behind nginx", live, timeout_s=120)
            assert not healthy()
            assert not live()


def test_demo_commands_refuse_production(stack: Stack) -> None:
    environment = stack.environment | {
        "HAZARDMAP_ENV": "production",
        "HAZARDMAP_SECRET_KEY": secrets.token_hex(32),
        "HAZARDMAP_HOSTS": "map.example.org",
        **WHO,
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "demo_prepare"],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert done.stderr.strip().count("\n") == 0, done.stderr
