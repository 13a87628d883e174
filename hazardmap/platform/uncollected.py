"""Work for which Python's garbage collector waits."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """For a batch that makes hundreds of thousands of values, none of which hold one another in a
    circle: the collector would look through them again and again, for a third of the time. What is
    not used any more goes as ever. Of the process, so not for where threads answer people.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
