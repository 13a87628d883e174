"""The one exception of the bootstrap: a sentence for the person at the keyboard."""


class BootstrapError(Exception):
    """Something the user can act on; its text is one complete sentence (or a few)."""
