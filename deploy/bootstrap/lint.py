"""Every check that is no test, in the order of their speed."""

import subprocess
from collections.abc import Mapping

from deploy.bootstrap.failure import BootstrapError
from deploy.bootstrap.frontend import find_npm
from deploy.bootstrap.place import Place
from deploy.bootstrap.step import step

CHECKS = {
    "Lint": ["ruff", "check", "--quiet", "."],
    "Format": ["ruff", "format", "--check", "--quiet", "."],
    "Layers": ["lint-imports", "--no-cache"],
    "Types": ["mypy", "--num-workers", "2", "hazardmap", "detection", "tiles", "deploy/bootstrap"],
    "Migrations": ["python", "manage.py", "makemigrations", "--check", "--dry-run"],
}
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
    _check(place, "Deployment checks", DEPLOYMENT, {**environment, **PRODUCTION})
    npm = find_npm(place)
    for title, script in (("Frontend types", "check"), ("Frontend tests", "test")):
        command = [*map(str, npm.command), "--prefix", "frontend", "run", script]
        _check(place, title, command, npm.env)


def _check(place: Place, title: str, command: list[str], environment: Mapping[str, str]) -> None:
    with step(title):
        done = subprocess.run(
            command,
            cwd=place.home,
            env=dict(environment),
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode != 0:
            raise BootstrapError(f"`{' '.join(command)}` says:\n{done.stdout.rstrip()}")
