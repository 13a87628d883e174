"""Names stand in mails to others: one line each, and those of people and organisations no link."""

from django.utils.translation import gettext as _

from hazardmap.accounts.refused import AccountsRefused
from hazardmap.core.link_like import is_link_like


def one_line(name: str) -> str:
    """As it is stored: what stands in subjects of mails and in logs has no line break."""
    return " ".join(name.split())


def name_check(name: str) -> None:
    """Raises AccountsRefused."""
    if is_link_like(name):
        raise AccountsRefused(_("A name holds no link: no “://”, and a space behind each dot."))
