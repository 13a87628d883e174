"""Payouts as files for a bank: CSV for people, pain.001 (ISO 20022) for SEPA."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sepaxml import SepaTransfer

from hazardmap.core.selling.iban import reached_by_sepa
from hazardmap.core.selling.pricing.money import Currency, decimal_of
from hazardmap.platform.csv_file import csv_lines
from hazardmap.rewards.bank_text import bank_text
from hazardmap.rewards.payout_models import Payout, PayoutRun
from hazardmap.rewards.services.payout_run import PayoutRefused

SCHEMA = "pain.001.001.09"


@dataclass(frozen=True, slots=True)
class Debtor:
    """Who pays, from which account. bic: "" where the bank needs none."""

    name: str
    iban: str
    bic: str = ""


def payout_csv(run_id: UUID) -> str:
    """A line for each payout that has not ended; RFC 4180. Raises PayoutRefused for none."""
    return "".join(csv_lines(_rows(PayoutRun.objects.get(pk=run_id))))


def payout_pain001(run_id: UUID, debtor: Debtor, on: date) -> bytes:
    """One credit transfer for each payout that has not ended, checked against its schema.

    The end-to-end id is the payout's. Raises PayoutRefused for none, and for what SEPA cannot pay.
    """
    run = PayoutRun.objects.get(pk=run_id)
    if run.currency != Currency.EUR:
        raise PayoutRefused(f"SEPA pays EUR only, and this run is in {run.currency}.")
    name = bank_text(debtor.name)
    if not name:
        raise PayoutRefused("Banks cannot read the name of who pays.")
    config = {"name": name, "IBAN": debtor.iban, "batch": True, "currency": run.currency}
    if debtor.bic:
        config["BIC"] = debtor.bic
    transfer = SepaTransfer(config, schema=SCHEMA, clean=False)
    for payout in _pending(run):
        transfer.add_payment(
            {
                "name": _payee(payout),
                "IBAN": payout.iban,
                "amount": payout.amount_micro // 10_000,
                "execution_date": on,
                "description": f"hazardmap {run.at:%Y-%m-%d}",
                "endtoend_id": payout.id.hex,
            }
        )
    written: bytes = transfer.export(validate=True)
    # The library makes up an id; a bank pays a message once, so that it must stay the same.
    return written.replace(transfer.msg_id.encode(), run.pk.hex.encode())


def _payee(payout: Payout) -> str:
    """A bank refuses the whole file because of one line that it cannot read."""
    name = bank_text(payout.name)
    if name and reached_by_sepa(payout.iban):
        return name
    what = "reach the account" if name else "read the name"
    raise PayoutRefused(
        f"Banks of SEPA cannot {what} of the payout {payout.pk}: note it as failed."
    )


def _rows(run: PayoutRun) -> Iterator[Sequence[object]]:
    yield "payout", "name", "iban", "amount", "currency"
    for payout in _pending(run):
        amount = f"{decimal_of(payout.amount_micro).normalize():f}"
        yield payout.id, payout.name, payout.iban, amount, run.currency


def _pending(run: PayoutRun) -> list[Payout]:
    pending = list(run.payouts.filter(state=Payout.State.PENDING).order_by("witness"))
    if not pending:
        raise PayoutRefused(f"All payouts of the run {run.pk} have ended: there is none to write.")
    return pending
