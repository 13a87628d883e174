"""Names in the letters that every bank of SEPA takes."""

import re
from typing import Final

from text_unidecode import unidecode

MOST: Final = 70
"""Letters of a name in pain.001."""
_OTHERS: Final = re.compile(r"[^A-Za-z0-9/?:().,'+ -]")


def bank_text(text: str) -> str:
    """As EPC 217-08 wants it; "" where nothing of it can be read so."""
    plain = _OTHERS.sub(" ", unidecode(text).replace("&", "+"))
    name = " ".join(plain.split())[:MOST].strip()
    return name if re.search(r"[A-Za-z0-9]", name) else ""
