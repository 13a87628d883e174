"""A contributor's statement, checked by anybody: python -m hazardmap.core.selling.statement FILE

FILE is what /account/earnings.json gives and `manage.py ledger --witness N --json` prints. Each
amount is computed again: a share from what was set aside of an invoice's line and from the weights
of all who shared it, what is taken for false reports from the units that they spoilt, a correction
also from the weights that are known later, a payout from the balance before it. This file and
`splitting` need nothing but Python.
"""

import json
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from hazardmap.core.selling.splitting import split


def faults(statement: dict[str, Any]) -> Iterator[str]:
    """What does not follow from the statement's own inputs, one sentence each."""
    witness, sums = statement["witness"], Counter[str]()
    booked: dict[str, int] = {}
    for line in statement["lines"]:
        reference, amount_micro = line["reference"], line["amount_micro"]
        due_micro = _due_micro(line, witness, sums[line["currency"]], booked)
        if amount_micro != due_micro:
            yield f"{reference}: {amount_micro} was booked, {due_micro} was due"
        sums[line["currency"]] += amount_micro
        booked[reference] = amount_micro
    if sums != statement["balance_micro"]:
        yield f"the lines sum to {dict(sums)}, the balance is {statement['balance_micro']}"


def _due_micro(
    line: dict[str, Any], witness: int, balance_micro: int, booked: dict[str, int]
) -> int:
    """What a movement must come to. balance_micro: before it. booked: movements before it."""
    kind, _, which = line["reference"].partition(":")
    inputs = line["inputs"]
    if kind == "take-back":
        return -booked.get(which, 0)
    if kind == "payout-failed":
        return -booked.get(f"payout:{which}", 0)
    if kind == "payout":
        return -min(int(inputs["amount_micro"]), max(0, balance_micro))
    if kind == "claw-back":
        spoilt = Fraction(dict(inputs["penalties"])[witness]) / Fraction(inputs["units"])
        return -min(int(inputs["amount_micro"] * spoilt), max(0, balance_micro))
    weights = {who: Fraction(weight) for who, weight in inputs["weights"]}
    share_micro = split(inputs["amount_micro"], weights).get(witness, 0)
    if kind == "correction":
        spoilt = Fraction(dict(inputs["penalties"])[witness]) / Fraction(inputs["units"])
        had = booked.get(f"split:{which}", 0) + booked.get(f"claw-back:{which}", 0)
        would_have = share_micro - int(inputs["amount_micro"] * spoilt)
        return -min(max(0, had - would_have), max(0, balance_micro))
    return share_micro


def main(path: Path) -> int:
    """Print what is wrong; 0 if nothing is, 2 where the file is no statement."""
    try:
        found = list(faults(json.loads(path.read_text())))
    except OSError as error:
        sys.stderr.write(f"{path}: {error.strerror}.\n")
        return 2
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError):
        sys.stderr.write(f"{path} is no statement, or a part of one.\n")
        return 2
    sys.stdout.write("".join(f"{fault}\n" for fault in found) or "every amount is right\n")
    return 1 if found else 0


if __name__ == "__main__":
    parser = ArgumentParser(
        prog="python -m hazardmap.core.selling.statement",
        description="Compute each amount of a contributor's statement again, without the site.",
        epilog="example: python -m hazardmap.core.selling.statement statement.json",
    )
    parser.add_argument("file", type=Path, help="what /account/earnings.json gives")
    sys.exit(main(parser.parse_args().file))
