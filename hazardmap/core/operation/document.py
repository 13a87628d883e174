"""JSON documents of the operator, read field by field; what is wrong is named by field and rule."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")
Read = Callable[[object], T]


@dataclass(eq=False)
class Unreadable(ValueError):
    """field: where, like "charges[0].unit_price". rule: what it must be."""

    field: str
    rule: str

    def __str__(self) -> str:
        return f"{self.field}: {self.rule}" if self.field else self.rule


class Fields:
    """A JSON object, read field by field; `end` refuses what nobody has read."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise ValueError("must be an object")
        self._left: dict[str, Any] = dict(value)

    def __contains__(self, name: str) -> bool:
        return name in self._left

    def take(self, name: str, read: Read[T], default: object = None) -> T:
        return at_field(name, read, self._left.pop(name, default))

    def end(self) -> None:
        if self._left:
            raise Unreadable(min(self._left), "there is no such field here")


def text_from(value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= 100:
        raise ValueError("must be a text of 1 to 100 characters")
    return value


def each(read: Read[T]) -> Read[tuple[T, ...]]:
    def items(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise ValueError("must be a list")
        return tuple(at_field(f"[{number}]", read, item) for number, item in enumerate(value))

    return items


def at_field(place: str, read: Read[T], value: object) -> T:
    try:
        return read(value)
    except Unreadable as error:
        joint = "." if place and error.field and not error.field.startswith("[") else ""
        raise Unreadable(f"{place}{joint}{error.field}", error.rule) from None
    except ValueError as error:
        raise Unreadable(place, str(error)) from None
