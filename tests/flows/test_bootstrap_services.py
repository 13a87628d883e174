"""The private PostgreSQL and Redis: closed to others, without rights to spare, hard to kill."""

import os
import shutil
import signal
import socket
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from deploy.bootstrap import place as place_module
from deploy.bootstrap.account import service_account
from deploy.bootstrap.place import Place
from deploy.bootstrap.postgres import APPLICATION, PROGRAMS, Cluster
from deploy.bootstrap.redis_server import RedisServer
from deploy.bootstrap.secret import secret
from deploy.bootstrap.services import Services, services_of

pytestmark = pytest.mark.skipif(
    not (PROGRAMS.exists() and shutil.which("redis-server")),
    reason="PostgreSQL 15 or Redis is not installed",
)


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    """A stack's services as `make up` has them, in a folder that their account can reach."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name, pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        patch.delenv("REDIS_URL", raising=False)
        home = Path(name)
        home.chmod(0o755)
        place = Place(home, home, service_account())
        found = services_of(place, "services", secrets=home / "secrets", throwaway=False)
        try:
            found.start()
            yield found
        finally:
            found.stop()


@pytest.fixture
def cluster(services: Services) -> Cluster:
    assert services.cluster
    return services.cluster


@pytest.fixture
def server(services: Services) -> RedisServer:
    assert services.redis
    return services.redis


def _connect(cluster: Cluster, user: str = APPLICATION) -> psycopg.Connection:
    name = {"postgres": "superuser_password"}.get(user, "database_password")
    password = secret(cluster.secrets / name)
    return psycopg.connect(
        host=str(cluster.sockets), user=user, password=password, dbname=APPLICATION
    )


def test_the_application_has_postgis_and_no_right_to_spare(cluster: Cluster) -> None:
    with _connect(cluster) as connection:
        query = "SELECT postgis_lib_version() > '3', rolsuper, rolcreatedb, rolcreaterole"
        row = connection.execute(f"{query} FROM pg_roles WHERE rolname = current_user").fetchone()
    assert row == (True, False, False, False)


def test_a_wrong_password_does_not_connect(cluster: Cluster) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host=str(cluster.sockets), user=APPLICATION, password="wrong", dbname=APPLICATION
        )


def test_only_sockets_in_a_private_folder_are_open(cluster: Cluster, server: RedisServer) -> None:
    assert stat.S_IMODE(cluster.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
    with _connect(cluster, "postgres") as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW fsync").fetchone() == ("on",)
    client = redis.Redis(unix_socket_path=str(server.socket))
    assert client.config_get("port") == {"port": "0"}
    assert client.config_get("save") == {"save": ""}


def test_passwords_appear_in_no_log(cluster: Cluster) -> None:
    logs = cluster.log.read_text() + (cluster.folder / "postgres.log").read_text()
    for name in ("superuser_password", "database_password"):
        assert secret(cluster.secrets / name) not in logs


def test_a_second_start_changes_nothing(services: Services, cluster: Cluster) -> None:
    before = (cluster.data / "postmaster.pid").read_text()
    services.start()
    assert (cluster.data / "postmaster.pid").read_text() == before


def test_what_was_committed_survives_a_kill(services: Services, cluster: Cluster) -> None:
    with _connect(cluster) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    postmaster = int((cluster.data / "postmaster.pid").read_text().splitlines()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for process in (postmaster, *map(int, children)):
        os.kill(process, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while cluster._is_running() and time.monotonic() < deadline:
        time.sleep(0.01)  # a killed process takes a moment to go
    assert (cluster.data / "postmaster.pid").exists(), "the kill left its file behind"
    services.start()
    with _connect(cluster) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)


def test_a_stop_ends_both_and_leaves_the_data(services: Services, cluster: Cluster) -> None:
    services.stop()
    with pytest.raises(OSError, match=r"No such file|refused"), socket.socket(socket.AF_UNIX) as s:
        s.connect(str(cluster.sockets / ".s.PGSQL.5432"))
    services.stop()
    services.start()
    with _connect(cluster) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_addresses_given_by_the_user_win(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgis://elsewhere/db")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    monkeypatch.setattr(place_module, "PERSISTENT_TEMPORARY", tmp_path)
    place = Place(tmp_path, tmp_path, service_account())
    found = services_of(place, "services", secrets=tmp_path / "secrets", throwaway=False)
    found.start()
    assert found == Services(cluster=None, redis=None)
    assert found.addresses() == {
        "DATABASE_URL": "postgis://elsewhere/db",
        "REDIS_URL": "redis://elsewhere",
    }
