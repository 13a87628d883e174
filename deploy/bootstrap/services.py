"""PostgreSQL and Redis of one stack: the private pair, or what DATABASE_URL and REDIS_URL name."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.bootstrap.place import Place, service_folder
from deploy.bootstrap.postgres import Cluster
from deploy.bootstrap.redis_server import RedisServer
from deploy.bootstrap.step import step


@dataclass(frozen=True)
class Services:
    """A private server where there is one; None where the user's own address is used instead."""

    cluster: Cluster | None
    redis: RedisServer | None

    def start(self) -> None:
        """Start the private ones that do not run yet."""
        if self.cluster:
            self.cluster.start()
        if self.redis:
            self.redis.start()

    def stop(self) -> None:
        """Stop the private ones, PostgreSQL last."""
        if self.redis:
            self.redis.stop()
        if self.cluster:
            self.cluster.stop()

    def addresses(self) -> dict[str, str]:
        """DATABASE_URL and REDIS_URL."""
        return {
            "DATABASE_URL": self.cluster.url if self.cluster else os.environ["DATABASE_URL"],
            "REDIS_URL": self.redis.url if self.redis else os.environ["REDIS_URL"],
        }


def services_of(place: Place, name: str, *, secrets: Path, throwaway: bool) -> Services:
    """The services kept in `var/<name>`, their passwords in the folder `secrets`."""
    folder = service_folder(place, name)
    log = place.log("services")
    cluster = Cluster(folder, secrets, log, place.account, throwaway)
    redis = RedisServer(folder, log, place.account)
    return Services(
        cluster=None if os.environ.get("DATABASE_URL") else cluster,
        redis=None if os.environ.get("REDIS_URL") else redis,
    )


@contextmanager
def running(services: Services, title: str) -> Iterator[None]:
    """Services that run inside the `with` block and are stopped after it, whatever happens."""
    try:
        with step(title):
            services.start()
        yield
    finally:
        services.stop()
