"""The features of a GeoJSON file one by one: that of a country does not fit into memory."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

_READ_AT_ONCE: Final = 1 << 20
_LONGEST: Final = 64 << 20  # of a feature
_BEGIN: Final = re.compile(r'"features"\s*:\s*\[')
_BETWEEN: Final = re.compile(r"[\s,]*")


def features(path: Path) -> Iterator[Any]:
    """Raises OSError, and ValueError where it is no collection of features or ends within one."""
    decoder, text, at = json.JSONDecoder(), "", 0
    with path.open(encoding="utf-8") as file:
        while (begin := _BEGIN.search(text)) is None:
            text += _more(file.read(_READ_AT_ONCE))
        at = begin.end()
        while True:
            at = _end_of(_BETWEEN, text, at)
            if text[at : at + 1] == "]":
                return
            try:
                feature, at = decoder.raw_decode(text, at)
            except json.JSONDecodeError as error:
                if len(text) - at > _LONGEST:
                    raise
                text, at = text[at:] + _more(file.read(_READ_AT_ONCE), error), 0
            else:
                yield feature


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return at if found is None else found.end()


def _more(read: str, error: ValueError | None = None) -> str:
    if not read:
        raise error or ValueError("it has no features")
    return read
