"""A cell of a CSV file that no spreadsheet takes for a formula."""

from typing import Final

_FORMULAS_BEGIN: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless_cell(text: str) -> str:
    """Spreadsheets run a cell that starts like a formula; an apostrophe makes it text."""
    return f"'{text}" if text.startswith(_FORMULAS_BEGIN) else text
