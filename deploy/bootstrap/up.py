"""`make up` and what belongs to it: `down`, `reset`, `run`."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence

from deploy.bootstrap import packages, prerequisites
from deploy.bootstrap.account import become_owner_of, service_account
from deploy.bootstrap.command import run
from deploy.bootstrap.environment import (
    WRITABLE,
    host,
    live_port,
    port,
    read_environment,
    service_environment,
    settings_of,
    write_environment,
)
from deploy.bootstrap.failure import BootstrapError
from deploy.bootstrap.fetched import fetch_all
from deploy.bootstrap.frontend import build_frontend
from deploy.bootstrap.lock import holder, only_one
from deploy.bootstrap.mirror import place_of, update_mirror
from deploy.bootstrap.place import CLONE, Place, own_folder
from deploy.bootstrap.processes import ProcessTable, end_leftovers
from deploy.bootstrap.python_environment import install_requirements
from deploy.bootstrap.services import Services, running, services_of
from deploy.bootstrap.step import step

SERVING = "Serving"  # the title of the step after which the site answers
RUNNING = "Ctrl-C stops everything; the state stays in var/."
DOWN_PATIENCE_S = 40.0
STATE = (*WRITABLE, "env", "log", "secrets", "services")
"""What the stack writes into var/. Beside it lies what took hours to train or to measure."""


def up() -> None:
    """Install what is missing, start everything, feed the demo, and stay until Ctrl-C."""
    begin = time.monotonic()
    place = _ready_place()
    with only_one(place.var / "up.lock"):
        end_leftovers(place.var, place.account)
        prerequisites.check_port("HAZARDMAP_PORT", host(), port())
        prerequisites.check_port("HAZARDMAP_LIVE_PORT", host(), live_port())
        install_requirements(place, "requirements.txt")
        fetch_all(place)
        build_frontend(place)
        services = _services(place)
        with running(services, "PostgreSQL and Redis"):
            _serve(place, services, begin)
    print("Stopped.")


def down() -> None:
    """Stop the stack of this clone, wherever its terminal is; also what a killed one left."""
    place = _known_place()
    lock = place.var / "up.lock"
    process = holder(lock)
    if process is None:
        end_leftovers(place.var, place.account)
        _services(place).stop()
        print("Nothing runs from this clone.")
        return
    with step("Stopping"):
        os.kill(process, signal.SIGTERM)
        deadline = time.monotonic() + DOWN_PATIENCE_S
        while holder(lock) is not None:
            if time.monotonic() > deadline:
                raise BootstrapError(f"Process {process} does not end.")
            time.sleep(0.1)


def reset() -> None:
    """Delete the state: database, frames, secrets, logs. All else in var/ stays."""
    place = _known_place()
    with only_one(place.var / "up.lock"):
        end_leftovers(place.var, place.account)
        _services(place).stop()
        forget_state(place)
    print("All state is gone; `make up` starts afresh.")


def forget_state(place: Place) -> None:
    """Delete STATE and nothing else. The stack must not be running."""
    for path in (place.var / name for name in STATE):
        if path.is_symlink():  # var/services, where it lives in a folder of its own
            shutil.rmtree(own_folder(place.clone) / path.name)
            path.unlink()
        elif path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def run_in_stack(command: Sequence[str]) -> int:
    """Run `command` in the running stack's environment, as its account; its exit code."""
    place = _known_place()
    if holder(place.var / "up.lock") is None:
        raise BootstrapError("hazardmap does not run from this clone; start it with `make up`.")
    environment = read_environment(place.var / "env")
    program = shutil.which(command[0], path=environment["PATH"]) or command[0]
    done = subprocess.run(
        [program, *command[1:]],
        cwd=place.home,
        env={**os.environ, **environment},  # a command may be given its own, such as a token
        check=False,
        **place.account.popen(),
    )
    return done.returncode


def _ready_place() -> Place:
    """Where this stack lives, with the machine checked and the mirror (if any) up to date."""
    prerequisites.check_machine(CLONE)
    if packages.missing_of(packages.TO_RUN):  # then nothing of ours can hold the port yet
        prerequisites.check_port("HAZARDMAP_PORT", host(), port())
    packages.install_as_needed(packages.TO_RUN, CLONE)
    place = _known_place()
    update_mirror(place)
    place.var.mkdir(exist_ok=True)
    return place


def _known_place() -> Place:
    become_owner_of(CLONE)
    return place_of(CLONE, service_account())


def _services(place: Place) -> Services:
    return services_of(place, "services", secrets=place.var / "secrets", throwaway=False)


def _serve(place: Place, services: Services, begin: float) -> None:
    """Run the processes until Ctrl-C, `make down`, or until one of them fails."""
    secrets = place.var / "secrets"
    settings = settings_of(place, services.addresses(), mode="demo", var=place.var, secrets=secrets)
    environment = service_environment(place, settings)
    write_environment(place.var / "env", environment)
    _manage(place, environment, "Database schema", "migrate", "--no-input")
    processes = ProcessTable(place, environment, place.log("up"))
    try:
        # While the others start.
        _manage(place, environment, "Demo accounts and streets", "demo_prepare")
        with step(SERVING):
            processes.wait_until_healthy(f"http://{host()}:{port()}")
        _manage(place, environment, "Demo frames", "demo_feed")
        print(f"hazardmap is up after {time.monotonic() - begin:.1f} s.\n", flush=True)
        print(_summary(place, environment), RUNNING, sep="\n", flush=True)
        processes.show()
        with contextlib.suppress(KeyboardInterrupt):
            processes.wait()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)  # the stop is bounded; let it be clean
        with step("Stopping"):
            processes.stop()
            end_leftovers(place.var, place.account)


def _manage(place: Place, environment: dict[str, str], title: str, *arguments: str) -> None:
    with step(title):
        run(
            [place.python, "manage.py", *arguments],
            log=place.log("manage"),
            cwd=place.home,
            env=environment,
            account=place.account,
        )


def _summary(place: Place, environment: dict[str, str]) -> str:
    log = place.log("manage")
    with log.open("a", encoding="utf-8") as errors:
        done = subprocess.run(
            [place.python, "manage.py", "demo_summary"],
            cwd=place.home,
            env=environment,
            check=False,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            **place.account.popen(),
        )
    if done.returncode != 0:
        raise BootstrapError(f"The summary could not be made; see {log}.")
    return done.stdout
