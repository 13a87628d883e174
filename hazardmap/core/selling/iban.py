"""Bank account numbers (ISO 13616)."""

import re

from hazardmap.core.unfit import Unfit

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
