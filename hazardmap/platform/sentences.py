"""What went wrong, in the language of whoever reads it."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from hazardmap.core.unfit import Unfit


def sentence(error: Exception) -> str:
    """Services speak the active language; `core` knows English only, and says what to translate."""
    if isinstance(error, Unfit):
        return gettext(error.text) % error.values
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return str(error)
