"""Processes that die (kill -9) in the middle of their work."""

import os
import signal
from collections.abc import Callable

from django.db import connection, connections


def is_killed(work: Callable[[], object], before_statement: int) -> bool:
    """Whether a process that does this work dies before it sends that statement."""
    connections.close_all()  # the child has one of its own
    child = os.fork()
    if child == 0:
        left = [before_statement]

        def kill(execute, *arguments):
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(*arguments)

        try:
            with connection.execute_wrapper(kill):
                work()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "it failed by itself"
    return os.WIFSIGNALED(status)
