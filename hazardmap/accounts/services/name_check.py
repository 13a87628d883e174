"""Names of people and organisations stand in mails to others, so they hold no link."""

from django.utils.translation import gettext as _

from hazardmap.accounts.refused import AccountsRefused
from hazardmap.core.link_like import is_link_like


def name_check(name: str) -> None:
    """Raises AccountsRefused."""
    if is_link_like(name):
        raise AccountsRefused(_("A name holds no link: no “://”, and a space behind each dot."))
