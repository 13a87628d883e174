"""Parameters of OGC API Features, part 1 (OGC 17-069r4, 7.15), and ours beside them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from hazardmap.api.grammar import MAX_LIMIT
from hazardmap.api.parameters import Parameter, Reader, moment, one_of, whole
from hazardmap.core.geometry.bbox import Bbox, parse_bbox

DEFAULT_LIMIT = 100
_OPEN: Final = ("", "..")


class Interval(NamedTuple):
    """Either end may be open."""

    begin: datetime | None
    end: datetime | None


def read_bbox(text: str) -> Bbox:
    """Four numbers, or six with heights, which are left out. Raises ValueError."""
    parts = text.split(",")
    return parse_bbox(",".join(parts[:2] + parts[3:5]) if len(parts) == 6 else text)


def read_datetime(text: str) -> Interval:
    """A time, or an interval begin/end with `..` for an open end. Raises ValueError."""
    begin, slash, end = text.partition("/")
    if not slash:
        return Interval(moment(text), moment(text))
    interval = Interval(
        None if begin in _OPEN else moment(begin), None if end in _OPEN else moment(end)
    )
    if interval.begin and interval.end and interval.end < interval.begin:
        raise ValueError("ends before it begins")
    return interval


def read_limit(text: str) -> int:
    """More than the maximum is the maximum (requirement 22)."""
    if not (text.isascii() and text.isdecimal() and int(text[:9]) > 0):
        raise ValueError("must be a whole number from 1 on")
    return min(int(text[:9]), MAX_LIMIT)


# As the standard words it, for clients that compare.
_BBOX: Final = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
JSON: Final = Parameter("f", one_of("json"), "json, whatever `Accept` says")


def items(read_after: Callable[[str], Any], *more: Parameter) -> tuple[Parameter, ...]:
    """Parameters of the items of a collection."""
    return (
        Parameter(
            "bbox",
            read_bbox,
            "west,south,east,north; west > east crosses the antimeridian",
            _BBOX,
        ),
        Parameter("datetime", read_datetime, "a time, or begin/end with `..` for an open end"),
        Parameter(
            "limit",
            Reader(read_limit, whole(1, MAX_LIMIT).rules),
            f"1 to {MAX_LIMIT}, default {DEFAULT_LIMIT}",
            int,
            DEFAULT_LIMIT,
        ),
        Parameter("after", read_after, "where the page before ended; it is in its link `next`"),
        JSON,
        *more,
    )
