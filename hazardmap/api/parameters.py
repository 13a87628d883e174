"""Parameters of a query: one table reads them, refuses all others, and describes them."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter

from hazardmap.api.problems import InvalidParameter
from hazardmap.core.answers.unknown import no_parameter
from hazardmap.core.seeing.georeference import Fault

_PLUS_LOST = re.compile(r"(?<=\d:\d\d)([\d:.]*) (?=\d\d:\d\d$)", re.ASCII)
"""Where the zone of a time begins whose + was not written %2B: it means a space in an address."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


T = TypeVar("T")
_TYPES: Final[Mapping[Any, dict[str, Any]]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number", "format": "double"},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
}


@dataclass(frozen=True, slots=True)
class Reader(Generic[T]):
    """Reads a text; raises ValueError with the rule. rules: the same as members of a schema."""

    read: Callable[[str], T]
    rules: Mapping[str, Any]

    def __call__(self, text: str) -> T:
        return self.read(text)


@dataclass(frozen=True, slots=True)
class Parameter:
    """read: from its text; raises ValueError with the rule. type: of Python, or a schema. default:
    where it is left out."""

    name: str
    read: Callable[[str], Any]
    says: str
    type: Any = str
    default: Any = None
    required: bool = False

    def schema(self) -> dict[str, Any]:
        """What may be given, with the rules that the reader enforces, and what is read if not."""
        schema = dict(self.type if isinstance(self.type, dict) else _TYPES[self.type])
        schema |= self.read.rules if isinstance(self.read, Reader) else {}
        return schema if self.default is None else schema | {"default": self.default}

    def described(self) -> OpenApiParameter:
        return OpenApiParameter(
            self.name, self.schema(), required=self.required, description=self.says
        )


def described(parameters: Sequence[Parameter]) -> list[OpenApiParameter | type]:
    """For drf-spectacular."""
    return [parameter.described() for parameter in parameters]


def read(params: QueryDict, parameters: Sequence[Parameter]) -> dict[str, Any]:
    """The value of each by its name. Raises InvalidParameter with every broken rule."""
    known = {parameter.name for parameter in parameters}
    faults = [Fault(name, no_parameter(name, known)) for name in params if name not in known]
    values = {}
    for parameter in parameters:
        texts = params.getlist(parameter.name)
        values[parameter.name] = parameter.default
        if len(texts) > 1:
            faults.append(Fault(parameter.name, "is given more than once"))
        elif texts:
            try:
                values[parameter.name] = parameter.read(texts[0])
            except ValueError as error:
                faults.append(Fault(parameter.name, str(error)))
        elif parameter.required:
            faults.append(Fault(parameter.name, f"missing: {parameter.says}"))
    if faults:
        raise InvalidParameter(faults)
    return values


def text_like(pattern: str) -> dict[str, str]:
    """The type of a text that looks so. Not all that does is right, which no pattern can say."""
    return {"type": "string", "pattern": pattern}


def number(low: float, high: float) -> Reader[float]:
    """Reads a number in a range."""

    def read_number(text: str) -> float:
        value = float(text) if _NUMBER.fullmatch(text) else math.nan
        if not low <= value <= high:
            raise ValueError(f"must be a number from {low:.12g} to {high:.12g}")
        return value

    return Reader(read_number, _between(low, high))


def whole(low: int, high: int) -> Reader[int]:
    """Reads a whole number in a range."""

    def read_whole(text: str) -> int:
        digits = text.isascii() and text.isdecimal() and len(text) <= len(str(high))
        if not digits or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return Reader(read_whole, _between(low, high))


def truth(text: str) -> bool:
    """Reads true or false."""
    if text.lower() not in {"true", "false"}:
        raise ValueError("must be true or false")
    return text.lower() == "true"


def moment(text: str) -> datetime:
    """Reads a time with its zone (RFC 3339)."""
    try:
        value = datetime.fromisoformat(_PLUS_LOST.sub(r"\1+", text))
    except ValueError:
        value = None
    if value is None or value.tzinfo is None or not 1970 <= value.year <= 9000:
        raise ValueError("must be a time with its zone, like 2026-01-31T12:00:00Z")
    return value


def one_of(*words: str) -> Reader[str]:
    """Reads one of a few words."""

    def read_word(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be {' or '.join(words)}")
        return text

    return Reader(read_word, MappingProxyType({"enum": list(words)}))


def _between(low: float, high: float) -> Mapping[str, Any]:
    return MappingProxyType({"minimum": low, "maximum": high})
