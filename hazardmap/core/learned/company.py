"""Accounts that always go together: two phones in one car, or one track under two names."""

from collections.abc import Iterable, Mapping
from typing import Final

_FEWEST: Final = 20
_SHARE: Final = 0.8


def company(
    together: Iterable[tuple[int, int, int]], alone: Mapping[int, int]
) -> list[tuple[int, int]]:
    """Pairs of witnesses that count as one, whatever they say.

    together: pairs of witnesses, and how often they were found at one place at one time, or at
    exactly the same places. alone: how often each was found anywhere. They count as one where the
    one of them who was found less has nearly always had the other with him, and that often.
    """
    return [
        (one, other)
        for one, other, count in together
        if count >= max(_FEWEST, _SHARE * min(alone[one], alone[other]))
    ]
