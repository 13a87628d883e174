"""Pay contributors what they have earned."""

from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from hazardmap.core.selling.iban import iban_from
from hazardmap.core.selling.pricing.money import MICRO, Currency, typed_micro, written
from hazardmap.platform import arguments
from hazardmap.rewards.payout_files import Debtor, payout_csv, payout_pain001
from hazardmap.rewards.payout_models import Payout, PayoutRun
from hazardmap.rewards.selectors import AT_LEAST_MICRO, lines_late, payouts_of, runs_open
from hazardmap.rewards.services import PayoutRefused, payout_end, payout_run


class Command(BaseCommand):
    help = (
        "Pay contributors. `prepare` takes settled earnings out of the ledger into a run; `csv` "
        "and `pain001` write the run for a bank; `paid` and `failed` say what became of the run or "
        "of one payout; `list` names the runs that have not ended. "
        "Examples: python manage.py payout prepare --currency EUR --at-least 20; "
        "python manage.py payout pain001 RUN --out run.xml --from-name 'Hazardmap Oy' "
        "--from-iban FI2112345600000785; python manage.py payout paid RUN"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True)
        prepare = steps.add_parser("prepare")
        prepare.add_argument("--currency", type=Currency, default=Currency.EUR)
        prepare.add_argument(
            "--at-least",
            type=arguments.amount,
            default=f"{AT_LEAST_MICRO // MICRO}",
            help="pay nobody less; 20 unless given",
        )
        prepare.add_argument(
            "--at",
            type=arguments.moment,
            help="what was settled by then (UTC), to note a run that a restored dump does not know",
        )
        steps.add_parser("list")
        for name in ("csv", "pain001"):
            export = steps.add_parser(name)
            export.add_argument("run", type=UUID)
            export.add_argument(
                "--out", type=Path, required=True, help="a file, or - for standard output"
            )
        export.add_argument("--from-name", required=True)
        export.add_argument("--from-iban", type=iban_from, required=True)
        export.add_argument("--from-bic", default="")
        export.add_argument("--on", type=date.fromisoformat, help="day of payment, today if absent")
        for name in ("paid", "failed"):
            end = steps.add_parser(name)
            end.add_argument("id", type=UUID, help="of a run, or of a payout")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['step']}")(options)
        except PayoutRefused as refused:
            raise CommandError(str(refused)) from refused
        except (Payout.DoesNotExist, PayoutRun.DoesNotExist) as error:
            which = options.get("run") or options["id"]
            raise CommandError(f"There is no run or payout {which}.") from error

    def _prepare(self, options: dict[str, Any]) -> None:
        currency = options["currency"]
        try:
            at_least_micro = typed_micro(options["at_least"], currency)
        except ValueError as error:
            raise CommandError("--at-least: must be an amount that can be paid.") from error
        if at_least_micro < 0:
            raise CommandError("--at-least: must be at least 0.")
        now = _time(options["at"])
        if late := lines_late(now):
            self.stderr.write(
                f"{late} lines of invoices were not judged again in time, so their shares are not "
                "paid yet: does the schedule run? `manage.py share_month` does so at once."
            )
        try:
            run = payout_run(currency=currency, at_least_micro=at_least_micro, now=now)
        except PayoutRefused as refused:
            self._list(options)
            raise CommandError(str(refused)) from refused
        payouts = payouts_of(run.pk)
        for payout in payouts:
            self.stdout.write(f"{payout.witness:<18} {written(payout.amount_micro, currency):>20}")
        total = written(sum(payout.amount_micro for payout in payouts), currency)
        self.stdout.write(f"run {run.pk}: {len(payouts)} payouts, {total}")

    def _list(self, options: dict[str, Any]) -> None:
        for run in runs_open():
            left = f"{run.payouts} payouts, {written(run.amount_micro, run.currency)}"
            self.stdout.write(f"run {run.id}: {left} since {run.at:%Y-%m-%d %H:%M} UTC")

    def _csv(self, options: dict[str, Any]) -> None:
        self._write(options["out"], payout_csv(options["run"]).encode())

    def _pain001(self, options: dict[str, Any]) -> None:
        debtor = Debtor(options["from_name"], options["from_iban"], options["from_bic"])
        day = options["on"] or timezone.now().date()
        self._write(options["out"], payout_pain001(options["run"], debtor, day))

    def _write(self, path: Path, content: bytes) -> None:
        """As a whole or not at all: nobody shall send half a run to the bank."""
        if path == Path("-"):
            self.stdout.write(content.decode(), ending="")
            return
        half = path.with_name(f"{path.name}.half")
        try:
            half.write_bytes(content)
            half.replace(path)
        except OSError as error:
            half.unlink(missing_ok=True)
            raise CommandError(f"--out: {path} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{path}")

    def _paid(self, options: dict[str, Any]) -> None:
        self._end(options["id"], paid=True)

    def _failed(self, options: dict[str, Any]) -> None:
        self._end(options["id"], paid=False)

    def _end(self, which: UUID, *, paid: bool) -> None:
        waiting = [one.id for one in payouts_of(which) if one.state == Payout.State.PENDING]
        ids = waiting if PayoutRun.objects.filter(pk=which).exists() else [which]
        for payout_id in ids:
            payout_end(payout_id=payout_id, paid=paid)
        self.stdout.write(f"{len(ids)} payouts {'paid' if paid else 'failed'}")


def _time(at: datetime | None) -> datetime:
    now = timezone.now()
    if at is None:
        return now
    if at > now:
        raise CommandError("--at: must be in the past.")
    return at
