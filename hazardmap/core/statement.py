"""A contributor's statement, checked by anybody: python -m hazardmap.core.statement FILE

FILE is what `manage.py ledger --witness N --json` prints. Each amount is computed again from what
was set aside of an invoice's line and from the weights of all who shared it; this file and
`splitting` need nothing but Python.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from hazardmap.core.splitting import split


def faults(statement: dict[str, Any]) -> Iterator[str]:
    """What does not follow from the statement's own inputs, one sentence each."""
    witness, sums = statement["witness"], Counter[str]()
    split_before: dict[str, int] = {}
    for line in statement["lines"]:
        reference, amount_micro = line["reference"], line["amount_micro"]
        sums[line["currency"]] += amount_micro
        split_before[reference] = amount_micro
        if reference.startswith("take-back:"):
            due_micro = -split_before.get(reference.removeprefix("take-back:"), 0)
        else:
            due_micro = _due_micro(line["inputs"], witness)
        if amount_micro != due_micro:
            yield f"{reference}: {amount_micro} was booked, {due_micro} was due"
    if sums != statement["balance_micro"]:
        yield f"the lines sum to {dict(sums)}, the balance is {statement['balance_micro']}"


def _due_micro(inputs: dict[str, Any], witness: int) -> int:
    weights = {who: Fraction(weight) for who, weight in inputs["weights"]}
    return split(inputs["amount_micro"], weights)[witness]


def main(path: str) -> int:
    """Print what is wrong; 0 if nothing is."""
    found = list(faults(json.loads(Path(path).read_text())))
    sys.stdout.write("".join(f"{fault}\n" for fault in found) or "every amount is right\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) == 2 else __doc__)
