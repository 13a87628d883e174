"""Tax numbers as people type them: read, and checked where their form is known."""

import re
from typing import Final

from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from hazardmap.core.unfit import Unfit

_BETWEEN: Final = re.compile(r"[\s.\-/]")
_ANY: Final = re.compile(r"[0-9A-Z]{4,20}")
_PREFIX: Final = {"GR": "EL"}


def tax_number_read(country: str, text: str) -> str:
    """The number without what is written between its parts; "" of a consumer.

    country: ISO 3166-1 alpha-2. A VAT number of the EU gets its country in front, as invoices need
    it, and its check digits are checked. Raises Unfit.
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
            raise Unfit(
                "“%(number)s” is no VAT number of %(country)s.", number=text[:30], country=country
            ) from None
    elif not _ANY.fullmatch(number):
        raise Unfit("“%(number)s” is no tax number: 4 to 20 letters and digits.", number=text[:30])
    return number
