"""A new e-mail address of an account: it counts once a link that was sent there is followed.

Whether somebody else has it already is told to its owner alone, as when signing up.
"""

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.translation import gettext as _

from hazardmap.accounts.models import MailLink, User
from hazardmap.accounts.refused import AccountsRefused
from hazardmap.accounts.services.mail_link import link_find, link_make, links_end
from hazardmap.accounts.services.sign_up import GONE
from hazardmap.platform.mail import Mail, Receiver, mail_notice, mail_send, page_link
from hazardmap.platform.one_at_a_time import one_at_a_time


def address_change_ask(*, user: User, email: str) -> None:
    """Send a link to the new address. Raises AccountsRefused and MailFailed."""
    _not_of_staff(user)
    if email == user.email:
        raise AccountsRefused(_("This is the address of your account already."))
    if User.objects.filter(email=email).exists():
        mail_send(to=[Receiver(email, user.language)], write=lambda: _taken(email))
        return
    token = link_make(MailLink.Purpose.ADDRESS, email, user=user)
    mail_send(to=[Receiver(email, user.language)], write=lambda: _confirm(user.email, token))


@transaction.atomic
def address_change_finish(*, token: str, user: User) -> None:
    """The account has the address that the link was sent to; its sessions, devices and keys stay.

    Raises AccountsRefused, also where somebody else is signed in: a slip of the finger sends the
    link to a stranger.
    """
    link = link_find(token, MailLink.Purpose.ADDRESS, lock=True)
    if link is None or link.user_id != user.pk:
        raise AccountsRefused(GONE)
    one_at_a_time(f"sign up {link.email}")
    if User.objects.filter(email=link.email).exists():
        raise AccountsRefused(_("Another account has this address by now."))
    owner = User.objects.select_for_update().get(pk=user.pk, is_active=True)
    _not_of_staff(owner)
    old, owner.email = owner.email, link.email
    owner.save(update_fields=["email"])
    _note(owner, old)
    address_changed(owner=owner, old=old)


def address_changed(*, owner: User, old: str) -> None:
    """What follows, whoever changed it: links sent before end, and the old address is told."""
    links_end(owner)
    to, new = [Receiver(old, owner.language)], owner.email
    transaction.on_commit(lambda: mail_notice(to=to, write=lambda: _changed(new)))


def _not_of_staff(user: User) -> None:
    if user.is_staff:  # the audit log names them by their address
        raise AccountsRefused(
            _("An account with rights in the administration gets its address there.")
        )


def _note(owner: User, old: str) -> None:
    """Where the admin site notes changes of accounts; it goes with the account."""
    LogEntry.objects.create(
        user=owner,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(owner.pk),
        object_repr=str(owner.pk),
        action_flag=CHANGE,
        change_message=f"E-mail address changed from {old} to {owner.email} by its owner.",
    )


def _confirm(old: str, token: str) -> Mail:
    return Mail(
        _("Confirm your new address"),
        (
            _(
                "Somebody, probably you, wants this address for the account on hazardmap that has "
                "the address %(email)s. To change it, open this link within an hour and sign in:"
            )
            % {"email": old},
            page_link(f"/account/address/{token}/"),
            _("If it was not you, do nothing: the address stays as it is."),
        ),
    )


def _changed(new: str) -> Mail:
    return Mail(
        _("Your account was changed"),
        (
            _(
                "Your account on hazardmap has a new e-mail address: %(email)s. This one belongs "
                "to it no longer."
            )
            % {"email": new},
            _("If it was not you, write at once to whoever runs this site:"),
            page_link("/about/"),
        ),
    )


def _taken(email: str) -> Mail:
    return Mail(
        _("You have an account already"),
        (
            _(
                "Somebody, probably you, wanted the address %(email)s for another account on "
                "hazardmap. There is an account with it already. Sign in to it here:"
            )
            % {"email": email},
            page_link("/login/"),
        ),
    )
