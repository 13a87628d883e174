"""How long to wait before trying again."""

from collections.abc import Iterator


def delays_s(*, first_s: float, longest_s: float, tries: int) -> Iterator[float]:
    """Growing pauses: first_s, twice that, … never above longest_s, `tries` of them."""
    delay_s = first_s
    for _ in range(tries):
        yield min(delay_s, longest_s)
        delay_s *= 2
