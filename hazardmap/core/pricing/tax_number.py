"""Tax numbers as people type them: read, and checked where their form is known."""

import re
from typing import Final

from stdnum.eu import vat
from stdnum.exceptions import ValidationError

_BETWEEN: Final = re.compile(r"[\s.\-/]")
_ANY: Final = re.compile(r"[0-9A-Z]{4,20}")
_PREFIX: Final = {"GR": "EL"}


def tax_number_read(country: str, text: str) -> str:
    """The number without what is written between its parts; "" of a consumer.

    country: ISO 3166-1 alpha-2. A VAT number of the EU gets its country in front, as invoices need
    it, and its check digits are checked. Raises ValueError with a sentence for people.
    """
    number = _BETWEEN.sub("", text).upper()
    if not number:
        return ""
    if country.lower() in vat.MEMBER_STATES:
        prefix = _PREFIX.get(country, country)
        number = number if number.startswith(prefix) else f"{prefix}{number}"
        try:
            vat.validate(number)
        except ValidationError:
            raise ValueError(f"{text[:30]!r} is no VAT number of {country}.") from None
    elif not _ANY.fullmatch(number):
        raise ValueError(f"{text[:30]!r} is no tax number: 4 to 20 letters and digits.")
    return number
