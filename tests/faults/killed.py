"""Processes that die (kill -9) in the middle of their work."""

import os
import signal
from collections.abc import Callable

from django.db import connection

from tests.forked import ended, forked


def is_killed(work: Callable[[], object], before_statement: int) -> bool:
    """Whether a process that does this work dies before it sends that statement."""

    def mortal() -> None:
        left = [before_statement]

        def kill(execute, *arguments):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(*arguments)

        with connection.execute_wrapper(kill):
            work()

    code = ended(forked(mortal))
    assert code in {0, -signal.SIGKILL}, "it failed by itself"
    return code != 0
