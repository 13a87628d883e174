"""Work in a process of its own, which can be killed; Django need not be loaded once more."""

import os
import traceback
from collections.abc import Callable

from django.db import connections


def forked(work: Callable[[], object]) -> int:
    """The id of a process that does this, with a connection of its own, and ends."""
    connections.close_all()
    if process_id := os.fork():
        return process_id
    code = 1
    try:
        work()
        code = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(code)


def ended(process_id: int) -> int:
    """Wait for its end: its exit code, or less than nothing, the signal that has killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1])
