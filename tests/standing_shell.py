"""A Django that stands by and runs what it is sent; to start one for each snippet takes seconds.

Each line that it reads and answers is JSON: a program, and what it printed or why it failed.
"""

import contextlib
import io
import json
import subprocess
import sys
import traceback
from pathlib import Path

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
        )

    def run(self, program: str) -> str:
        """What a program of Python prints."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(program) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"failed": "it has ended"}')
        assert "failed" not in answer, f"{program}: {answer['failed']}"
        return str(answer["printed"])

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()


def main() -> None:
    import django  # noqa: PLC0415 - the other end needs none of it

    django.setup()
    from django.db import connections  # noqa: PLC0415 - of a Django that is set up

    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                exec(json.loads(line), {})  # noqa: S102 - from our own tests
            answer = {"printed": printed.getvalue()}
        except Exception:
            answer = {"failed": traceback.format_exc()}
        finally:
            connections.close_all()  # who drops the database finds it unused
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
