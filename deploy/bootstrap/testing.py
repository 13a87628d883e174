"""`make test`, `make lint`, `make soak`: everything on private services that are thrown away."""

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.bootstrap import packages, prerequisites
from deploy.bootstrap.account import become_owner_of, service_account
from deploy.bootstrap.command import Command
from deploy.bootstrap.environment import settings_of
from deploy.bootstrap.fetched import fetch_all
from deploy.bootstrap.frontend import build_frontend
from deploy.bootstrap.lint import lint
from deploy.bootstrap.place import CLONE, Place
from deploy.bootstrap.python_environment import install_requirements
from deploy.bootstrap.services import Services, running, services_of

STOP_PATIENCE_S = 15.0


def test() -> int:
    """Lint, then all tests but the long ones; the exit code of pytest, whose output comes last."""
    with _stack() as (place, environment):
        lint(place, environment)
        # The same examples each time: a change is judged and not the dice (tests/conftest.py).
        same = environment | {"CI": "1"}
        # By name, so that the many quick files come last and no worker ends long before the other.
        apart = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
        return _pytest(place, same, "not soak", *apart)


def soak() -> int:
    """The long tests only."""
    with _stack() as (place, environment):
        return _pytest(place, environment, "soak")


def lint_only() -> None:
    """Lint without the tests."""
    with _stack() as (place, environment):
        lint(place, environment)


def start_standing_services() -> None:
    """Start services for a developer's own test runs, and for benchmarks, with everything that
    these need; print the lines that point a shell there."""
    with contextlib.redirect_stdout(sys.stderr):  # a shell evaluates what is printed
        place = _ready()
    folder = place.var / "test"
    services = _standing(place)
    services.start()
    for name, value in _settings(place, services, folder).items():
        print(f"export {name}={shlex.quote(value)}")


def stop_standing_services() -> None:
    """Stop them."""
    _standing(_test_place()).stop()


def _ready() -> Place:
    """Everything installed, fetched and built that tests need: only what is missing."""
    prerequisites.check_machine(CLONE)
    packages.install_as_needed([*packages.TO_RUN, *packages.TO_TEST], CLONE)
    place = _test_place()
    install_requirements(place, "requirements-dev.txt")
    fetch_all(place)
    build_frontend(place)
    return place


def _test_place() -> Place:
    """Tests run in the clone as the caller; as root only the servers drop to their account."""
    become_owner_of(CLONE)
    return Place(CLONE, CLONE, service_account())


def _standing(place: Place) -> Services:
    secrets = place.var / "test" / "secrets"
    return services_of(place, "test/services", secrets=secrets, throwaway=True)


def _settings(place: Place, services: Services, folder: Path) -> dict[str, str]:
    settings = settings_of(
        place, services.addresses(), mode="test", var=folder, secrets=folder / "secrets"
    )
    assets = folder / "assets"
    if not assets.is_symlink():
        assets.symlink_to(place.var / "assets")
    return settings


@contextmanager
def _stack() -> Iterator[tuple[Place, dict[str, str]]]:
    """Everything installed, and throw-away services running: the place and its environment."""
    place = _ready()
    _remove_abandoned(place)
    name = f"test/{os.getpid()}"
    folder = place.var / name
    folder.mkdir(parents=True)
    services = _services_of_run(place, name)
    try:
        with running(services, "PostgreSQL and Redis for tests"):
            path = f"{place.python.parent}:{os.environ.get('PATH', os.defpath)}"
            yield place, {**os.environ, "PATH": path, **_settings(place, services, folder)}
    finally:
        _remove(folder)


def _services_of_run(place: Place, name: str) -> Services:
    secrets = place.var / name / "secrets"
    return services_of(place, f"{name}/services", secrets=secrets, throwaway=True)


def _remove_abandoned(place: Place) -> None:
    """Stop and remove what test runs left that were killed."""
    for folder in (place.var / "test").glob("[0-9]*"):
        if not Path("/proc", folder.name).exists():
            _services_of_run(place, f"test/{folder.name}").stop()
            _remove(folder)


def _remove(folder: Path) -> None:
    services = folder / "services"
    if services.is_symlink():  # in a folder of its own under /var/tmp
        shutil.rmtree(services.readlink(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _pytest(place: Place, environment: dict[str, str], marks: str, *options: str) -> int:
    extra = shlex.split(os.environ.get("PYTEST_ARGS", ""))
    command: Command = [place.python, "-m", "pytest", "-m", marks, *options, *extra]
    print(flush=True)
    with subprocess.Popen(command, cwd=place.home, env=environment) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:  # Ctrl-C reached pytest too: it stops what its tests started
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_PATIENCE_S)
            process.kill()
            raise
