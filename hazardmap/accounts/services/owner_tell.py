"""A mail to the owner of an account when what protects it, or where its money goes, has changed."""

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from hazardmap.accounts.models import User
from hazardmap.platform.mail import Mail, Receiver, mail_notice, page_link


def owner_tell(*, owner: User, news: Callable[[], str]) -> None:
    """After the transaction. `news`, one or two sentences, is asked in the owner's language."""
    to = [Receiver(owner.email, owner.language)]
    transaction.on_commit(lambda: mail_notice(to=to, write=lambda: _changed(news())))


def _changed(news: str) -> Mail:
    return Mail(
        _("Your account was changed"),
        (
            news,
            _(
                "If it was not you: choose a new password at once with “Forgotten the password?” "
                "on the page for signing in, which ends all sessions. Then look at your devices, "
                "your second factor and your bank account, and write to whoever runs this site."
            ),
            page_link("/login/reset/"),
        ),
    )
