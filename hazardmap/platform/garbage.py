"""When Python looks for garbage that hangs together in circles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collected_later() -> Iterator[None]:
    """Bounded work that makes many objects and few circles: they are looked for after it.

    The collector would go through everything that the process holds again and again (a sixth of
    the time of fusion, a quarter of that from a change to its tiles). What is not in a circle is
    freed at once as ever. Of the whole process, so not where threads answer people.
    """
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()
