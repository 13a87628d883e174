"""Under which licence a site gives away what it has found."""

from typing import Final

DATA_LICENCE: Final = "CC BY-SA 4.0"
DATA_LICENCE_URL: Final = "https://creativecommons.org/licenses/by-sa/4.0/"
