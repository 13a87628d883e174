"""A worker is told to stop: what can be left off is left off at once, all else is finished."""

from collections.abc import Iterator
from contextlib import contextmanager


class Stopped(BaseException):
    """Raised where somebody has said that he can leave off."""


_told = False
_can_leave_off = False


def stop(*_: object) -> None:
    """The handler of the signal."""
    global _told  # noqa: PLW0603 - a signal is told to the whole process
    _told = True
    if _can_leave_off:
        raise Stopped


def is_told() -> bool:
    return _told


@contextmanager
def leaving_off() -> Iterator[None]:
    """What is done within may break off at any place by Stopped."""
    global _can_leave_off  # noqa: PLW0603 - see above
    _can_leave_off = True
    try:
        if _told:
            raise Stopped
        yield
    finally:
        _can_leave_off = False
