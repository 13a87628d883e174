"""Mail to people: plain text, sent at once, to each of them alone."""

import logging
from collections.abc import Iterable
from smtplib import SMTPException

from django.core.mail import EmailMessage, get_connection

logger = logging.getLogger(__name__)


class MailFailed(Exception):
    """The mail server took nothing; the reason is in the log."""


def mail_send(*, to: Iterable[str], subject: str, text: str) -> None:
    """Raises MailFailed. Nobody sees who else got it; a line break in the subject is refused."""
    mails = [EmailMessage(f"[hazardmap] {subject}", f"{text.strip()}\n", to=[one]) for one in to]
    try:
        get_connection().send_messages(mails)
    except (SMTPException, OSError) as error:
        logger.warning("mail cannot be sent: %s", type(error).__name__)
        raise MailFailed from error


def mail_notice(*, to: Iterable[str], subject: str, text: str) -> None:
    """The same for news that nobody waits for: a failure is in the log and nowhere else."""
    try:
        mail_send(to=to, subject=subject, text=text)
    except MailFailed:
        logger.warning("a notice was not sent: %s", subject)
