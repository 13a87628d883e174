"""A step: one line with its time, and a stamp that lets the next run skip it."""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.bootstrap.failure import BootstrapError


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print `title` now and the seconds it took at its end; name it in whatever fails inside."""
    begin = time.monotonic()
    print(f"  {title:<42}", end="", flush=True)
    try:
        yield
    except BootstrapError as error:
        print("failed", flush=True)
        raise BootstrapError(f"The step “{title}” failed: {error}") from None
    except BaseException:
        print("stopped", flush=True)
        raise
    print(f"{time.monotonic() - begin:7.1f} s", flush=True)


def stamped(
    title: str,
    action: Callable[[], None],
    *,
    stamp: Path,
    inputs: Iterable[Path | str],
    outputs: Iterable[Path] = (),
) -> None:
    """Do `action` as a step, unless `stamp` says it was done with the same `inputs`.

    An input is a file, which counts with its name and content, or a plain string. Where one of
    `outputs` is missing the action is done in any case.
    """
    value = _digest(inputs)
    done = stamp.exists() and stamp.read_text(encoding="ascii") == value
    if done and all(output.exists() for output in outputs):
        print(f"  {title:<42}{'unchanged':>9}", flush=True)
        return
    with step(title):
        action()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(value, encoding="ascii")


def _digest(inputs: Iterable[Path | str]) -> str:
    total = hashlib.sha256()
    for item in inputs:
        content = item.read_bytes() if isinstance(item, Path) else b""
        for part in (str(item).encode(), content):
            total.update(hashlib.sha256(part).digest())
    return total.hexdigest()
