"""Mail to people: plain text in the language of each, sent at once, to each of them alone."""

import logging
from collections.abc import Callable, Iterable
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPResponseException
from textwrap import fill
from typing import Final, NamedTuple

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import translation

logger = logging.getLogger(__name__)
FOR_GOOD: Final = 500  # replies of SMTP from here on: the same mail will never be taken


class Receiver(NamedTuple):
    """language: as settings.LANGUAGES has it."""

    email: str
    language: str


class MailFailed(Exception):
    """Somebody did not get it; the reason is in the log, too.

    waiting: who may get it at another try. Whom the server has refused for good is not among them.
    is_away: the server took nothing from us, whoever it was for.
    """

    def __init__(
        self, reason: str = "", waiting: tuple[Receiver, ...] = (), *, is_away: bool = False
    ) -> None:
        super().__init__(reason)
        self.waiting, self.is_away = waiting, is_away


class Mail(NamedTuple):
    """A paragraph is set in lines; one without spaces, such as an address, stays in one piece."""

    subject: str
    paragraphs: tuple[str, ...]


def page_link(path: str) -> str:
    """Of a page of the site. Whoever asks for a mail names a host, and another one reads it."""
    return f"{settings.SITE}{path}"


def mail_send(*, to: Iterable[Receiver], write: Callable[[], Mail]) -> None:
    """`write` is asked in the language of each receiver. Nobody sees who else got it.

    Who is refused stops nobody else. Raises MailFailed, after all have been tried. Where all are
    refused, none is for good: it is more likely this site that the server refuses.
    """
    receivers, connection = tuple(to), get_connection()
    waiting: list[Receiver] = []
    refused = 0
    reason = ""
    for number, receiver in enumerate(receivers):
        try:
            connection.send_messages([_written(receiver, write)])
        except (SMTPRecipientsRefused, SMTPDataError) as error:
            reason = _reason(error)
            logger.warning("mail to one receiver was refused: %s", reason)
            refused += 1
            if _code(error) < FOR_GOOD:
                waiting.append(receiver)
        except (SMTPException, OSError) as error:
            reason = _reason(error)
            logger.warning("mail cannot be sent: %s", reason)
            raise MailFailed(reason, (*waiting, *receivers[number:]), is_away=True) from error
    if reason:
        raise MailFailed(reason, receivers if refused == len(receivers) else tuple(waiting))


def mail_notice(*, to: Iterable[Receiver], write: Callable[[], Mail]) -> None:
    """The same for news that nobody waits for: a failure is in the log and nowhere else."""
    try:
        mail_send(to=to, write=write)
    except MailFailed:
        logger.warning("a notice was not sent")


def _code(error: Exception) -> int:
    """Of the server's answer; 0 where there was none."""
    if isinstance(error, SMTPRecipientsRefused):
        return max((code for code, _ in error.recipients.values()), default=0)
    return error.smtp_code if isinstance(error, SMTPResponseException) else 0


def _reason(error: Exception) -> str:
    """Without the server's words, in which addresses stand."""
    return " ".join([type(error).__name__, *([str(_code(error))] if _code(error) else [])])


def _written(receiver: Receiver, write: Callable[[], Mail]) -> EmailMessage:
    with translation.override(receiver.language):
        subject, paragraphs = write()
    lines = (
        fill(one, width=76, break_long_words=False, break_on_hyphens=False) for one in paragraphs
    )
    return EmailMessage(
        f"[hazardmap] {' '.join(subject.split())}",
        "\n\n".join(lines) + "\n",
        to=[receiver.email],
        headers={
            "Content-Language": receiver.language,
            "Auto-Submitted": "auto-generated",  # nobody's absence is to be told to it (RFC 3834)
        },
    )
