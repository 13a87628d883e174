class AccountsRefused(Exception):
    """The message says in one sentence what is not possible and why."""


class NotAllowed(AccountsRefused):
    """Not this person's to do, or not this person's to see."""
