"""A text as a picture that a phone's camera reads."""

import segno


def qr_code(text: str) -> str:
    """The address of the picture for a page, which holds all of it (data:)."""
    return segno.make(text, micro=False).svg_data_uri(scale=5, border=2, light="#fff")
