"""Look into the contributors' ledger."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.core.pricing.money import written
from hazardmap.rewards.selectors import balances, statement


class Command(BaseCommand):
    help = (
        "Print the balances of the contributors' ledger; with --witness, how one contributor came "
        "to a balance. Examples: python manage.py ledger; python manage.py ledger --witness 4711"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--witness", type=int, metavar="N")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["witness"] is None:
            for kind, witness, currency, micro in balances():
                self.stdout.write(f"{kind:<12} {witness or '':<18} {written(micro, currency):>24}")
            return
        lines = list(statement(options["witness"]))
        for line in lines:
            amount = written(line.amount_micro, line.currency)
            self.stdout.write(f"{line.at:%Y-%m-%d %H:%M}  {line.reference:<70} {amount:>20}")
        if not lines:
            raise CommandError(f"Witness {options['witness']} has earned nothing yet.")
