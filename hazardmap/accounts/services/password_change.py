"""A new password for whoever knows the old one."""

from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext as _

from hazardmap.accounts.models import User
from hazardmap.accounts.refused import AccountsRefused
from hazardmap.accounts.services.mail_link import links_end
from hazardmap.accounts.services.owner_tell import owner_tell


def password_change(*, user: User, old: str, new: str) -> None:
    """Raises ValidationError where the new one is weak, and AccountsRefused."""
    if not user.check_password(old):
        raise AccountsRefused(_("The old password is wrong."))
    validate_password(new, user)
    user.set_password(new)
    user.save(update_fields=["password"])
    password_changed(user=user)


def password_changed(*, user: User) -> None:
    """What follows, whoever changed it: links sent before it end, and the owner is told."""
    links_end(user)
    owner_tell(owner=user, news=lambda: _("Your password was changed."))
