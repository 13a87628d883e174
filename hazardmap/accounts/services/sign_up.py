"""From an e-mail address to an account, and back into it without the password.

Whether an address has an account is told to its owner alone: the pages say the same in both cases,
and a mail goes out in both: in the language of the account, or of the page where there is none.
"""

from collections.abc import Collection

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hazardmap.accounts.login import SIGNING_IN, TO_ACCOUNT
from hazardmap.accounts.models import Consent, MailLink, Membership, User
from hazardmap.accounts.refused import AccountsRefused
from hazardmap.accounts.services.consent_give import consent_give
from hazardmap.accounts.services.mail_link import link_find, link_make, link_use
from hazardmap.accounts.services.name_check import name_check, one_line
from hazardmap.accounts.services.password_change import password_changed
from hazardmap.accounts.services.session_note import sessions_end
from hazardmap.platform.mail import Mail, Receiver, mail_send, page_link
from hazardmap.platform.one_at_a_time import one_at_a_time

OPENING = (MailLink.Purpose.SIGN_UP, MailLink.Purpose.INVITE)
GONE = gettext_lazy("This link does not work any more: it was used, or it is too old.")


def sign_up_ask(*, email: str, language: str, then: str) -> None:
    """Send a link that proves the address. then: the page after it. Raises MailFailed."""
    email = _normal(email)
    user = User.objects.filter(email=email).first()
    if user is not None:
        to = [Receiver(email, user.language)]
        mail_send(to=to, write=lambda: _known(email))
        return
    token = link_make(MailLink.Purpose.SIGN_UP, email, then=then)
    mail_send(to=[Receiver(email, language)], write=lambda: _confirm(token))


@transaction.atomic
def sign_up_finish(
    *, token: str, name: str, language: str, password: str, documents: Collection[Consent.Document]
) -> User:
    """Make the account of the address that the link was sent to, with what it invites to.

    Raises ValidationError where the password is weak, and AccountsRefused.
    """
    link = link_find(token, *OPENING, lock=True)
    if link is None:
        raise AccountsRefused(GONE)
    if Consent.Document.TERMS not in documents:
        raise AccountsRefused(_("An account needs your consent to the terms of use."))
    one_at_a_time(f"sign up {link.email}")  # an invitation and an own link are two
    if User.objects.filter(email=link.email).exists():
        raise AccountsRefused(_("There is an account with this address: sign in."))
    name_check(name)
    validate_password(password, User(email=link.email, name=name))
    user = User.objects.create_user(
        link.email, password, name=one_line(name)[:150], language=language
    )
    consent_give(user=user, documents=documents)
    _join(user, link)
    return user


@transaction.atomic
def invitation_accept(*, token: str, user: User) -> None:
    """Raises AccountsRefused, also where it was sent to somebody else."""
    link = link_find(token, MailLink.Purpose.INVITE, lock=True)
    if link is None:
        raise AccountsRefused(GONE)
    if link.email != user.email:
        raise AccountsRefused(_("The invitation is for %(email)s.") % {"email": link.email})
    _join(user, link)


def password_reset_ask(*, email: str, language: str) -> None:
    """Raises MailFailed."""
    email = _normal(email)
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None:
        mail_send(to=[Receiver(email, language)], write=lambda: _unknown(email))
        return
    token = link_make(MailLink.Purpose.RESET, email, user=user)
    mail_send(to=[Receiver(email, user.language)], write=lambda: _reset(token))


@transaction.atomic
def password_reset_finish(*, token: str, password: str, address: str) -> User:
    """All sessions end with the old password, and so does the pause after too many tries.

    address: from where, for the pause is one of that. Raises ValidationError and AccountsRefused.
    """
    link = link_find(token, MailLink.Purpose.RESET, lock=True)
    if link is None or link.user is None or not link.user.is_active:
        raise AccountsRefused(GONE)
    user = link.user
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    link_use(link)
    password_changed(user=user)
    sessions_end(user=user, but="")
    TO_ACCOUNT.forget(user.email)
    SIGNING_IN.forget(user.email, address)
    return user


def _join(user: User, link: MailLink) -> None:
    if link.organisation is not None and link.organisation.closed_at is None:
        Membership.objects.get_or_create(
            organisation=link.organisation, user=user, defaults={"role": link.role}
        )
    link_use(link)


def _normal(email: str) -> str:
    return User.objects.normalize_email(email.strip()).lower()


def _confirm(token: str) -> Mail:
    return Mail(
        _("Confirm your address"),
        (
            _(
                "Somebody, probably you, wants an account on hazardmap with this address. "
                "To make it, open this link within a day:"
            ),
            page_link(f"/signup/{token}/"),
            _("If it was not you, do nothing: nothing was stored but this question."),
        ),
    )


def _known(email: str) -> Mail:
    return Mail(
        _("You have an account already"),
        (
            _(
                "Somebody, probably you, wanted an account on hazardmap with the address "
                "%(email)s. There is one already. Sign in here, or choose a new password there:"
            )
            % {"email": email},
            page_link("/login/"),
        ),
    )


def _reset(token: str) -> Mail:
    return Mail(
        _("Choose a new password"),
        (
            _(
                "Somebody, probably you, wants a new password for your account on hazardmap. "
                "Choose it within an hour here:"
            ),
            page_link(f"/login/reset/{token}/"),
            _(
                "All your sessions end with it. If it was not you, do nothing: "
                "the password stays as it is."
            ),
        ),
    )


def _unknown(email: str) -> Mail:
    return Mail(
        _("There is no account to reset"),
        (
            _(
                "Somebody, probably you, wanted a new password for the address %(email)s on "
                "hazardmap, but there is no account with this address. If you want one:"
            )
            % {"email": email},
            page_link("/signup/"),
        ),
    )
