"""Wrong codes of a second factor: whoever gives them knows the password, so the owner is told."""

from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from hazardmap.accounts.models import User
from hazardmap.accounts.tries import Total
from hazardmap.platform.mail import Mail, Receiver, mail_notice, page_link

MANY: Final = 5
_SLIPS: Final = Total("wrong codes", MANY)  # of a day, so that nobody can have mails sent


def slip_count(*, owner: User) -> None:
    """One more. After the transaction the owner gets a mail of the fifth, once a day at most."""
    if _SLIPS.reached(str(owner.pk)):
        to = [Receiver(owner.email, owner.language)]
        transaction.on_commit(lambda: mail_notice(to=to, write=_known_password))


def _known_password() -> Mail:
    told = _(
        "Somebody signed in with your password, and then gave %(number)d wrong codes of your "
        "second factor."
    )
    return Mail(
        _("Wrong codes after your password"),
        (
            told % {"number": MANY},
            _(
                "If it was you: the clock of the phone with the app must be right, and each "
                "recovery code works once, too."
            ),
            _(
                "If it was not you: somebody else knows your password, and only the second factor "
                "is in the way. Choose a new password at once with “Forgotten the password?” on "
                "the page for signing in, which ends all sessions, and another one wherever else "
                "you use the old one."
            ),
            page_link("/login/reset/"),
            _("However many wrong codes there are, this mail comes once a day at most."),
        ),
    )
