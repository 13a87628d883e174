"""Mail to people: plain text in the language of each, sent at once, to each of them alone."""

import logging
from collections.abc import Callable, Iterable
from smtplib import SMTPException
from textwrap import fill
from typing import NamedTuple

from django.core.mail import EmailMessage, get_connection
from django.utils import translation

logger = logging.getLogger(__name__)


class MailFailed(Exception):
    """The mail server took nothing; the reason is in the log."""


class Receiver(NamedTuple):
    """language: as settings.LANGUAGES has it."""

    email: str
    language: str


class Mail(NamedTuple):
    """A paragraph is set in lines; one without spaces, such as an address, stays in one piece."""

    subject: str
    paragraphs: tuple[str, ...]


def mail_send(*, to: Iterable[Receiver], write: Callable[[], Mail]) -> None:
    """`write` is asked in the language of each receiver. Nobody sees who else got it.

    Raises MailFailed; a line break in the subject is refused.
    """
    mails = [_written(one, write) for one in to]
    try:
        get_connection().send_messages(mails)
    except (SMTPException, OSError) as error:
        logger.warning("mail cannot be sent: %s", type(error).__name__)
        raise MailFailed from error


def mail_notice(*, to: Iterable[Receiver], write: Callable[[], Mail]) -> None:
    """The same for news that nobody waits for: a failure is in the log and nowhere else."""
    try:
        mail_send(to=to, write=write)
    except MailFailed:
        logger.warning("a notice was not sent")


def _written(receiver: Receiver, write: Callable[[], Mail]) -> EmailMessage:
    with translation.override(receiver.language):
        subject, paragraphs = write()
    lines = (
        fill(one, width=76, break_long_words=False, break_on_hyphens=False) for one in paragraphs
    )
    return EmailMessage(
        f"[hazardmap] {subject}",
        "\n\n".join(lines) + "\n",
        to=[receiver.email],
        headers={"Content-Language": receiver.language},
    )
