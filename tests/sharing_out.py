"""Which worker of a parallel run gets which tests."""

from typing import Any

import pytest
from xdist.scheduler import LoadGroupScheduling

STACK = pytest.mark.xdist_group("stack")


class ByFile(LoadGroupScheduling):  # type: ignore[misc] # it has no types
    """Files go whole, but for what asks the stack: all of that goes to one worker, who starts it.

    That one begins with it, since it takes longest and waits a lot. There are more workers than
    cores, who have work for them meanwhile.
    """

    def _split_scope(self, nodeid: str) -> str:
        scope: str = super()._split_scope(nodeid)
        return scope.partition("::")[0]


def asks_the_stack(item: Any) -> bool:
    return "stack" in getattr(item, "fixturenames", ())
