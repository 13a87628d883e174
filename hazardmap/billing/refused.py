class BillingRefused(Exception):
    """What was asked for cannot be done; the message is one sentence for people."""


class BookedAlready(BillingRefused):
    """What was asked for was done before: nothing is done a second time."""
