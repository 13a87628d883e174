"""Every check that is no test, in the order of their speed; the slowest beside those before it."""

import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from deploy.bootstrap.failure import BootstrapError
from deploy.bootstrap.frontend import find_npm
from deploy.bootstrap.place import Place
from deploy.bootstrap.step import step

CHECKS = {
    "Lint": ["ruff", "check", "--quiet", "."],
    "Format": ["ruff", "format", "--check", "--quiet", "."],
    "Layers": ["lint-imports", "--no-cache"],
}
TYPES = ["mypy", "--num-workers", "2", "hazardmap", "detection", "tiles", "deploy"]
MIGRATIONS = ["python", "manage.py", "makemigrations", "--check", "--dry-run"]
PRODUCTION = {
    "HAZARDMAP_ENV": "production",
    "HAZARDMAP_HOSTS": "hazardmap.example",
    "HAZARDMAP_OPERATOR": "Example, Street 1, Town",
    "HAZARDMAP_CONTACT": "map@hazardmap.example",
}
DEPLOYMENT = ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"]


def lint(place: Place, environment: Mapping[str, str]) -> None:
    """Run the checks; raises `BootstrapError` with the output of the first that fails."""
    for title, command in CHECKS.items():
        _check(place, title, command, environment)
    with _beside(place, "Types, begun before these four", TYPES, environment):
        _check(place, "Migrations", MIGRATIONS, environment)
        _check(place, "Deployment checks", DEPLOYMENT, {**environment, **PRODUCTION})
        npm = find_npm(place)
        for title, script in (("Frontend types", "check"), ("Frontend tests", "test")):
            command = [*map(str, npm.command), "--prefix", "frontend", "run", script]
            _check(place, title, command, npm.env)


def _check(place: Place, title: str, command: list[str], environment: Mapping[str, str]) -> None:
    with step(title):
        _end(_begin(place, command, environment), command)


@contextmanager
def _beside(
    place: Place, title: str, command: list[str], environment: Mapping[str, str]
) -> Iterator[None]:
    """It is begun before what is done inside, and waited for after it."""
    with _begin(place, command, environment) as process:
        try:
            yield
            with step(title):
                _end(process, command)
        except BaseException:
            process.send_signal(signal.SIGINT)  # at which mypy tidies up
            raise


def _begin(
    place: Place, command: list[str], environment: Mapping[str, str]
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        cwd=place.home,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _end(process: subprocess.Popen[str], command: list[str]) -> None:
    output, _ = process.communicate()
    if process.returncode != 0:
        raise BootstrapError(f"`{' '.join(command)}` says:\n{output.rstrip()}")
