"""Look at an invoice, and say what became of it."""

from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.billing.line_selectors import line_events
from hazardmap.billing.refused import BillingRefused, BookedAlready
from hazardmap.billing.selectors import InvoiceInfo, invoice_get, invoice_id_of
from hazardmap.billing.services import credit_note_issue, invoice_pay, invoice_void
from hazardmap.core.selling.pricing.money import typed_micro, written


class Command(BaseCommand):
    help = (
        "Show an invoice by its number or id; --line opens one of its lines down to the answers "
        "that were served. --paid, --void and --credit say what became of it. Examples: "
        "python manage.py invoice HM-000012 --line 2; "
        "python manage.py invoice HM-000012 --credit 12.50 --reason 'outage of 3 October'"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number")
        parser.add_argument("--reason", default="", help="why it is credited; stands on the note")
        parser.add_argument(
            "--reference",
            default="",
            help="what is credited once, however often this is typed; the reason unless given",
        )
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--line", type=int, metavar="N")
        what.add_argument("--paid", action="store_true", help="what was due has been paid")
        what.add_argument("--void", action="store_true", help="take it back; it is owed again")
        what.add_argument("--credit", metavar="AMOUNT", help="take back a part, tax included")

    def handle(self, *args: Any, **options: Any) -> None:
        invoice_id = invoice_id_of(options["number"])
        if invoice_id is None:
            raise CommandError(f"There is no invoice {options['number']}.")
        try:
            if options["paid"]:
                invoice_pay(invoice_id=invoice_id)
            if options["void"]:
                invoice_void(invoice_id=invoice_id)
            if options["credit"] is not None:
                _credit(invoice_id, options["credit"], options["reason"], options["reference"])
        except BookedAlready as booked:
            self.stdout.write(f"{booked}: nothing was credited again")
        except BillingRefused as refused:
            raise CommandError(f"{options['number']}: {refused}.") from refused
        invoice = invoice_get(invoice_id)
        if options["line"] is None:
            self._show(invoice)
        else:
            self._open(invoice, options["line"])

    def _show(self, invoice: InvoiceInfo) -> None:
        def write(words: str, quantity: object, micro: int) -> None:
            self.stdout.write(
                f"{words:<75} {quantity!s:>12} {written(micro, invoice.currency):>18}"
            )

        self.stdout.write(f"{invoice.number or invoice.id}  {invoice.state}  {invoice.buyer}")
        for line in invoice.lines:
            late = " (came late)" if line.late else ""
            write(f"{line.position:>3}  {line.text}{late}", line.quantity or "", line.amount_micro)
        write("total", "", invoice.total_micro)
        if invoice.paid_by_credit_micro:
            write("paid in advance", "", -invoice.paid_by_credit_micro)
        for note in invoice.credit_notes:
            what = f"credited by {note.number} on {note.at:%Y-%m-%d}: {note.reason}"
            write(what, "", -note.total_micro)
        write("due", "", invoice.due_micro)
        if invoice.overpaid_micro:
            write("paid and credited since: to be returned", "", invoice.overpaid_micro)

    def _open(self, invoice: InvoiceInfo, position: int) -> None:
        line = next((line for line in invoice.lines if line.position == position), None)
        if line is None:
            raise CommandError(f"--line {position}: must be from 1 to {len(invoice.lines)}.")
        self.stdout.write(f"{line.text}: {line.quantity}")
        for hour, events in line_events(line.id):
            self.stdout.write(f"{hour.hour:%Y-%m-%d %H:%M}  {hour.key_id}  {hour.quantity}")
            for event in events:
                what = f"{event.quantity}  {event.subject}  {event.request_id}"
                self.stdout.write(f"  {event.at.isoformat()}  {what}")


def _credit(invoice_id: UUID, amount: str, reason: str, reference: str) -> None:
    if not reason:
        raise CommandError("--credit needs a --reason.")
    try:
        total_micro = typed_micro(Decimal(amount), invoice_get(invoice_id).currency)
    except (InvalidOperation, ValueError) as error:
        raise CommandError(f"--credit {amount}: must be an amount that can be paid.") from error
    credit_note_issue(
        invoice_id=invoice_id, total_micro=total_micro, reason=reason, reference=reference
    )
