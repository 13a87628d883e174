"""A contributor's statement as JSON text: what core.selling.statement reads."""

import json
from collections import Counter
from collections.abc import Iterator

from hazardmap.rewards.selectors import statement


def statement_text(witness: int) -> Iterator[str]:
    """All movements with what their amounts follow from, written as they are read: of a large sale
    those are the weights of all who shared it."""
    balance = Counter[str]()
    yield f'{{\n "witness": {witness},\n "lines": ['
    separator = "\n  "
    for line in statement(witness):
        balance[line.currency] += line.amount_micro
        yield f"{separator}{json.dumps(line._asdict() | {'at': line.at.isoformat()})}"
        separator = ",\n  "
    yield f'\n ],\n "balance_micro": {json.dumps(balance)}\n}}'
