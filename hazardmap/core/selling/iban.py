"""Bank account numbers (ISO 13616)."""

import re
from typing import Final

from hazardmap.core.unfit import Unfit

SEPA: Final = (
    "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT "
    "NL NO PL PT RO RS SE SI SK SM VA"
)
"""The countries whose accounts a transfer in euro reaches (EPC 409-09)."""

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def iban_from(text: str) -> str:
    """Without spaces, in capital letters. Raises Unfit unless its check digits fit."""
    iban = "".join(text.split()).upper()
    if not _IBAN.fullmatch(iban):
        raise Unfit("An IBAN has two letters, two digits and 11 to 30 more letters or digits.")
    turned = iban[4:] + iban[:4]
    if int("".join(str(int(sign, 36)) for sign in turned)) % 97 != 1:
        raise Unfit("The check digits of this IBAN do not fit: there is a typing error.")
    return iban


def reached_by_sepa(iban: str) -> bool:
    return iban[:2] in SEPA.split()
