"""A Django that stands by and runs what it is sent; to start one for each snippet takes seconds.

Each line that it reads is JSON: a program, which it runs itself, or a management command, for which
it forks, so that the command has a process of its own as ever. Each line that it answers is JSON.
"""

import contextlib
import io
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]


class Shell:
    """The other end of it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.standing_shell"],
            cwd=REPOSITORY,
            env=environment | {"DJANGO_SETTINGS_MODULE": "hazardmap.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a command that runs is stopped with it
        )

    def run(self, program: str) -> str:
        """What a program of Python prints."""
        answer = self._ask({"program": program})
        assert "failed" not in answer, f"{program}: {answer['failed']}"
        return str(answer["printed"])

    def manage(
        self, environment: dict[str, str], *arguments: str
    ) -> "subprocess.CompletedProcess[str]":
        """How a management command ends.

        What settings are made of it finds as it was when the shell was started.
        """
        answer = self._ask({"arguments": arguments, "environment": environment})
        assert "failed" not in answer, f"{arguments}: {answer['failed']}"
        return subprocess.CompletedProcess(
            arguments, answer["code"], answer["printed"], answer["errors"]
        )

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline() or '{"failed": "it has ended"}'
        return dict(json.loads(answer))

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()


def main() -> None:
    import django  # noqa: PLC0415 - the other end needs none of it

    django.setup()
    import hazardmap.urls  # noqa: F401, PLC0415 - every command imports it for its checks

    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        question = json.loads(line)
        if "program" in question:
            answer = _run(question["program"])
        else:
            answer = _managed(answers, question["arguments"], question["environment"])
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _run(program: str) -> dict[str, Any]:
    from django.db import connections  # noqa: PLC0415 - of a Django that is set up

    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(program, {})  # noqa: S102 - from our own tests
    except Exception:
        return {"failed": traceback.format_exc()}
    finally:
        connections.close_all()  # who drops the database finds it unused, and no fork shares one
    return {"printed": printed.getvalue()}


def _managed(answers: Any, arguments: list[str], environment: dict[str, str]) -> dict[str, Any]:
    with tempfile.TemporaryFile("w+") as printed, tempfile.TemporaryFile("w+") as errors:
        child = os.fork()
        if not child:
            for theirs, ours in ((os.devnull, 0), (printed.fileno(), 1), (errors.fileno(), 2)):
                file = theirs if isinstance(theirs, int) else os.open(theirs, os.O_RDONLY)
                os.dup2(file, ours)
            sys.stdout = answers  # which writes to 1
            os.environ.clear()
            os.environ.update(environment)
            sys.argv = ["manage.py", *arguments]
            runpy.run_path(sys.argv[0], run_name="__main__")
            sys.exit()
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        texts = [_text(file) for file in (printed, errors)]
    return {"code": code, "printed": texts[0], "errors": texts[1]}


def _text(file: Any) -> str:
    file.seek(0)
    return str(file.read())


if __name__ == "__main__":
    main()
