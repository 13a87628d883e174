"""Pay contributors: prepared, then ended as paid or failed; the ledger follows each step."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hazardmap.accounts.models import User
from hazardmap.accounts.services import owner_tell
from hazardmap.core.selling.iban import iban_from
from hazardmap.core.selling.pricing.money import Currency
from hazardmap.platform.amounts import amount_words
from hazardmap.platform.mail import Mail, Receiver, mail_notice, page_link
from hazardmap.platform.sentences import sentence
from hazardmap.rewards.bank_text import MOST, bank_text
from hazardmap.rewards.models import Account
from hazardmap.rewards.payout_models import Payout, PayoutRun, PayoutTarget
from hazardmap.rewards.references import FAILED, PAID, PAYOUT, reference
from hazardmap.rewards.selectors import payable
from hazardmap.rewards.services.ledger_book import Ledger, ledger_book, ledger_lock

# Whoever was told by mail of an account that is not his has that long to change it back.
TARGET_WAITS: Final = timedelta(days=3)


class PayoutRefused(Exception):
    """The message is one sentence for people."""


@transaction.atomic
def payout_target_set(*, owner: User, name: str, iban: str) -> None:
    """Where a contributor wants the money; he is told by mail. Raises PayoutRefused."""
    name = " ".join(name.split())
    if not bank_text(name) or len(name) > MOST:
        raise PayoutRefused(_("The name of the account’s owner has 1 to 70 letters."))
    try:
        iban = iban_from(iban)
    except ValueError as error:
        raise PayoutRefused(sentence(error)) from error
    values = {"name": name, "iban": iban, "set_at": timezone.now()}
    PayoutTarget.objects.update_or_create(owner=owner, defaults=values)
    owner_tell(owner=owner, news=lambda: _target_news(name, iban))


@transaction.atomic
def payout_run(*, currency: Currency, at_least_micro: int, now: datetime) -> PayoutRun:
    """Prepare payouts to all who have a bank account and enough settled earnings.

    A bank account that was set within the last three days waits for the next run. Paid in whole
    minor units; the rest stays. Raises PayoutRefused where there is nobody to pay.
    """
    ledger_lock()
    run = PayoutRun.objects.create(currency=currency.value, at_least_micro=at_least_micro, at=now)
    targets = PayoutTarget.objects.filter(set_at__lte=now - TARGET_WAITS).select_related("owner")
    for target in targets.order_by("owner__witness"):
        witness = target.owner.witness
        due_micro = payable(witness, currency, now)
        due_micro -= due_micro % currency.minor_micro
        if due_micro >= max(at_least_micro, currency.minor_micro):
            payout = run.payouts.create(
                witness=witness, amount_micro=due_micro, name=target.name, iban=target.iban
            )
            _book(payout, PAYOUT, Account.Kind.PAYING, -due_micro)
    if not run.payouts.exists():
        raise PayoutRefused("There is nobody to pay.")
    return run


@transaction.atomic
def payout_end(*, payout_id: UUID, paid: bool) -> None:
    """The bank has paid it, or could not: then it is the contributor's again, who is told by mail.

    Safe to call again. Raises PayoutRefused where it has ended the other way.
    """
    payout = Payout.objects.select_for_update().get(pk=payout_id)
    state = Payout.State.PAID if paid else Payout.State.FAILED
    if payout.state == state:
        return
    if payout.state != Payout.State.PENDING:
        raise PayoutRefused(f"The payout {payout_id} is {payout.state} already.")
    end_of_iban = payout.iban[-4:]
    payout.state, payout.ended_at, payout.name, payout.iban = state, timezone.now(), "", ""
    payout.save()
    if paid:
        currency = Currency(payout.run.currency)
        ledger_book(
            reference=reference(PAID, payout.pk),
            entries={
                Ledger(Account.Kind.PAYING, None, currency): -payout.amount_micro,
                Ledger(Account.Kind.PAID, None, currency): payout.amount_micro,
            },
            inputs={},
        )
    else:
        _book(payout, FAILED, Account.Kind.PAYING, payout.amount_micro)
        _tell_failed(payout, end_of_iban)


def _target_news(name: str, iban: str) -> str:
    return _(
        "Your earnings go to another bank account: that of %(name)s, whose IBAN ends in %(end)s. "
        "For three days nothing is paid to it."
    ) % {"name": name, "end": iban[-4:]}


def _tell_failed(payout: Payout, end_of_iban: str) -> None:
    owners = User.objects.filter(witness=payout.witness, is_active=True)
    to = [Receiver(*one) for one in owners.values_list("email", "language")]
    transaction.on_commit(lambda: mail_notice(to=to, write=lambda: _failed(payout, end_of_iban)))


def _failed(payout: Payout, end_of_iban: str) -> Mail:
    values = {
        "amount": amount_words(payout.amount_micro, Currency(payout.run.currency)),
        "end": end_of_iban,
    }
    return Mail(
        _("Your payout failed"),
        (
            _(
                "The bank could not pay %(amount)s to your account whose IBAN ends in %(end)s. The "
                "money is yours again and part of the next payout."
            )
            % values,
            _("Please check the bank account on the page of your earnings before then."),
            page_link("/account/earnings/"),
        ),
    )


def _book(payout: Payout, kind: str, other: Account.Kind, to_witness_micro: int) -> None:
    currency = Currency(payout.run.currency)
    ledger_book(
        reference=reference(kind, payout.pk),
        entries={
            Ledger(Account.Kind.CONTRIBUTOR, payout.witness, currency): to_witness_micro,
            Ledger(other, None, currency): -to_witness_micro,
        },
        inputs={"amount_micro": abs(to_witness_micro)},
    )
