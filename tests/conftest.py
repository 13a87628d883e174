"""What all tests share: a real PostGIS and Redis (from `make test` or `make services`)."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from django.utils import timezone, translation
from pytest_django import Settings

from detection.decode import Decoder
from hazardmap.platform.partitions import make_partitions, month_after
from tests.migrated import migrated
from tests.stack import Stack, started
from tiles import own_connection

REPOSITORY = Path(__file__).resolve().parents[1]


# A busy machine is no finding. CI and `make test` try the same examples each time, so that a change
# is judged and not the dice; runs by hand and `make soak` try new ones.
hypothesis.settings.register_profile(
    "here",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
hypothesis.settings.load_profile("here")


def pytest_configure() -> None:
    if not os.environ.get("DATABASE_URL"):
        pytest.exit('No services: run `make test`, or eval "$(make -s services)" first.', 2)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Each worker of a parallel run has a database of its own, made of one that is migrated."""
    with migrated() as template:
        connection.settings_dict["TEST"]["TEMPLATE"] = template


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[None]:
    """Tests that commit are cleaned up by TRUNCATE, which append-only tables refuse."""
    # Django has no setting for it.
    TransactionTestCase._fixture_teardown = _emptied  # type: ignore[method-assign]
    with django_db_blocker.unblock(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only_truncate'"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER append_only_truncate ON {table}")
        # The months that tests bill are made once, and not by each of them.
        make_partitions(month_after(timezone.now(), -1))
    yield
    # A database in use cannot be dropped. Threads that have ended leave theirs to the collector.
    own_connection.close()
    gc.collect()


def _emptied(_: TransactionTestCase) -> None:
    """Only what has rows: to empty all tables after each test that commits takes as long as it."""
    tables = [
        table
        for table in connection.introspection.django_table_names()
        if table not in {"django_content_type", "auth_permission"}  # as migrating left them
    ]
    filled = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})"  # noqa: S608 - names of ours
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(filled)
        names = ", ".join(name for (name,) in cursor.fetchall())
        if names:
            cursor.execute(f"TRUNCATE {names} CASCADE")


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, settings: Settings) -> None:
    """Blobs and logs of a test go to its own folder, its counters under names of their own."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": str(tmp_path)}}
    blobs = settings.STORAGES["default"]
    options = blobs["OPTIONS"] | {"location": tmp_path / "blobs"}
    settings.STORAGES = settings.STORAGES | {"default": blobs | {"OPTIONS": options}}
    settings.USAGE_LOG = tmp_path / "usage"
    settings.TILE_FILES = tmp_path / "tiles"
    settings.TILE_DENIED = tmp_path / "denied"
    settings.TILE_EXPORT = tmp_path / "export" / "hazardmap.pmtiles"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real pictures; tests that need it are skipped where it is absent."""
    folder = Path(settings.SHARED) / "data"
    if not folder.is_dir():
        pytest.skip(f"no real pictures: {folder} is absent (set HAZARDMAP_SHARED)")
    return folder


@pytest.fixture(scope="session")
def assets() -> Path:
    """What `make test` has fetched: the streets, and a photograph of a cat."""
    return Path(settings.ASSETS)


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    """The process that takes pictures apart."""
    with Decoder() as decoder:
        yield decoder


@pytest.fixture(scope="session")
def _one_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with started(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture(scope="module")
def stack(_one_stack: Stack) -> Iterator[Stack]:
    """The whole site as processes on a free port, with a database of its own.

    All modules have the same. It sleeps in between: to look for work takes a share of a core.
    """
    with _one_stack.awake():
        yield _one_stack


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A request in another language leaves it to whatever this thread does next."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _own_limits(request: pytest.FixtureRequest) -> None:
    """How much other tests have asked of a stack, all from one address, is no test's concern."""
    if "stack" in request.fixturenames:
        request.getfixturevalue("stack").forget_limits()
