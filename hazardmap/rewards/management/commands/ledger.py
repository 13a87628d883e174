"""Look into the contributors' ledger."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hazardmap.core.selling.pricing.money import written
from hazardmap.rewards.selectors import balances, movement_count, statement
from hazardmap.rewards.statement_text import statement_text


class Command(BaseCommand):
    help = (
        "Print the balances of the contributors' ledger; with --witness, how one contributor came "
        "to a balance, with --json as a file that anybody can check (python -m "
        "hazardmap.core.selling.statement FILE). Examples: python manage.py ledger; "
        "python manage.py ledger --witness 4711 --json > statement.json"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--witness", type=int, metavar="N")
        parser.add_argument("--json", action="store_true", help="with all that amounts follow from")

    def handle(self, *args: Any, **options: Any) -> None:
        witness = options["witness"]
        if witness is None:
            for kind, whose, currency, micro in balances():
                self.stdout.write(f"{kind:<12} {whose or '':<18} {written(micro, currency):>24}")
            return
        if not movement_count(witness):
            raise CommandError(f"Witness {witness} has earned nothing yet.")
        if options["json"]:
            for part in statement_text(witness):
                self.stdout.write(part, ending="")
            self.stdout.write()
            return
        for line in statement(witness):
            amount = written(line.amount_micro, line.currency)
            self.stdout.write(f"{line.at:%Y-%m-%d %H:%M}  {line.reference:<70} {amount:>20}")
