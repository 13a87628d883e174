"""The countries that an invoice may name."""

from typing import Final

from babel import Locale

# What CLDR has besides the countries of ISO 3166: parts, groups, and places that do not exist.
_NONE: Final = {"AC", "CP", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
COUNTRIES: Final = frozenset(
    code for code in map(str, Locale("en").territories) if len(code) == 2 and code not in _NONE
)
