"""Runs one command of a step: its output goes to the step's log, its failure is one sentence."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.bootstrap.account import Account
from deploy.bootstrap.failure import BootstrapError

Command = Sequence[str | Path]


def run(
    command: Command,
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    account: Account | None = None,
    text_in: str | None = None,
) -> None:
    """Run `command` to its end, as `account` (default: the caller).

    Raises `BootstrapError` that names the program, its last words and the log file.
    """
    with log.open("a", encoding="utf-8") as sink:
        print("$", *command, file=sink, flush=True)
        start = sink.tell()
        try:
            done = subprocess.run(
                command,
                cwd=cwd,
                env=env,
                check=False,
                stdout=sink,
                stderr=subprocess.STDOUT,
                text=True,
                input=text_in if text_in is not None else "",
                **(account.popen() if account else {}),
            )
        except OSError as error:
            raise BootstrapError(f"{command[0]} could not be started: {error.strerror}.") from None
    if done.returncode != 0:
        end = f"code {done.returncode}" if done.returncode > 0 else f"signal {-done.returncode}"
        raise BootstrapError(
            f"{Path(command[0]).name} ended with {end}{_last_words(log, start)}; "
            f"the details are in {log}."
        )


def _last_words(log: Path, start: int) -> str:
    """The last line that the command wrote, as ` (line)`, or nothing."""
    with log.open("rb") as source:
        source.seek(start)
        lines = [line.strip() for line in source.read().decode(errors="replace").splitlines()]
    spoken = [line for line in lines if line]
    return f" ({spoken[-1][:200].rstrip('.')})" if spoken else ""
