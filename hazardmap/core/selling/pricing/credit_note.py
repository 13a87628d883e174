"""What of an invoice's tax a credit note takes back."""


def tax_taken_back(
    *, tax_micro: int, total_micro: int, taken_before_micro: int, taken_micro: int, minor_micro: int
) -> int:
    """The tax within a credit note, in whole minor units.

    Credit notes that together take back the whole invoice take back exactly its tax, whatever
    their number: each takes what is due after it less what was due before it.
    """

    def due(taken_so_far_micro: int) -> int:
        minor = 2 * total_micro * minor_micro
        return (2 * tax_micro * taken_so_far_micro + total_micro * minor_micro) // minor

    return (due(taken_before_micro + taken_micro) - due(taken_before_micro)) * minor_micro
