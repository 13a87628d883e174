"""What people type and what does not fit: said in English, and so that it can be translated."""


class Unfit(ValueError):
    """text: with %(names)s, as the catalogues have it. values: what is filled in."""

    def __init__(self, text: str, **values: object) -> None:
        super().__init__(text % values)
        self.text, self.values = text, values
