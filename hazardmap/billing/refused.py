class BillingRefused(Exception):
    """What was asked for cannot be done; the message is one sentence for people."""
