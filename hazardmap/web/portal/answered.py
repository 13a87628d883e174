"""How requests were answered, by status, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from django.utils.translation import gettext_lazy as _

_WORDS: Final = {
    200: _("answered"),
    201: _("made"),
    202: _("taken: it is done in a moment"),
    204: _("done"),
    304: _("not changed since you asked before"),
    400: _("the question was wrong: the answer names the parameter"),
    402: _("refused: the spending cap is reached"),
    403: _("refused: the key may not do this, or not from there"),
    404: _("there is no such thing"),
    405: _("this address cannot be used in this way"),
    406: _("there is no such format"),
    409: _("the same request is being answered already"),
    410: _("it was there once, and is over"),
    413: _("what was sent is too large"),
    415: _("what was sent is of a kind that is not read here"),
    422: _("the question was understood and cannot be answered"),
    429: _("refused: too many a minute, or above the quota of the plan"),
    500: _("we failed"),
    503: _("we could not answer at the moment"),
}


@dataclass(frozen=True, slots=True)
class Answered:
    """So many answers with a status. percent: of all."""

    status: int
    words: str
    answers: int
    percent: float

    @property
    def bad(self) -> bool:
        return self.status >= HTTPStatus.BAD_REQUEST


def answered(by_status: Mapping[int, int]) -> list[Answered]:
    """In the order of the status."""
    total = sum(by_status.values())
    return [
        Answered(status, _words(status), answers, 100 * answers / total)
        for status, answers in sorted(by_status.items())
    ]


def _words(status: int) -> str:
    try:
        return str(_WORDS.get(status) or HTTPStatus(status).phrase)
    except ValueError:
        return ""
