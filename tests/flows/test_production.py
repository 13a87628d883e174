"""The same processes in production mode: strict, complete, behind a proxy that speaks HTTPS."""

import re
import secrets
import subprocess
import sys

import httpx
import pytest
import yaml

from tests.stack import REPOSITORY, Stack, free_port, procfile, wait_for

HOSTS = ".example.org, map.example.net"
PROXY = {"X-Forwarded-Proto": "https", "Host": "map.example.org"}


@pytest.fixture(scope="module")
def production(stack: Stack):
    """The address of a web server in production mode on the stack's database."""
    port = free_port()
    environment = stack.environment | {
        "HAZARDMAP_ENV": "production",
        "HAZARDMAP_SECRET_KEY": secrets.token_hex(32),
        "HAZARDMAP_HOSTS": HOSTS,
        "HAZARDMAP_PORT": str(port),
        "HAZARDMAP_OUTBOUND_EXCEPTIONS": "",
    }
    with (stack.logs / "production.log").open("wb") as log:
        process = subprocess.Popen(
            ["/bin/sh", "-c", procfile()["web"]],
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


def test_the_container_asks_past_the_proxy_whether_it_can_serve(production: str) -> None:
    services = yaml.safe_load((REPOSITORY / "deploy" / "compose.yaml").read_text())["services"]
    run, *command = services["web"]["healthcheck"]["test"]
    assert run == "CMD"
    assert "$" not in "".join(command), "compose would put a variable there"

    def healthy(port: int | None) -> bool:
        ask = [sys.executable if part == "python" else part for part in command]
        environment = {"HAZARDMAP_HOSTS": HOSTS, "HAZARDMAP_PORT": str(port)}
        return (
            subprocess.run(ask, env=environment, capture_output=True, check=False).returncode == 0
        )

    port = httpx.URL(production).port
    assert healthy(port)
    assert not healthy(free_port())
    wrong = {"Host": "127.0.0.1"}
    assert httpx.get(f"{production}/healthz", headers=wrong).status_code == 400, (
        "so it needs a name"
    )


def test_demo_commands_refuse_production(stack: Stack) -> None:
    environment = stack.environment | {
        "HAZARDMAP_ENV": "production",
        "HAZARDMAP_SECRET_KEY": secrets.token_hex(32),
        "HAZARDMAP_HOSTS": "map.example.org",
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
