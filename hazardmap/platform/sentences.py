"""What went wrong, in the language of whoever reads it."""

from django.utils.translation import gettext

from hazardmap.core.unfit import Unfit


def sentence(error: Exception) -> str:
    """Services speak the active language; `core` knows English only, and says what to translate."""
    return gettext(error.text) % error.values if isinstance(error, Unfit) else str(error)
