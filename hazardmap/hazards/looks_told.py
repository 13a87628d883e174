"""What is told of where people looked: never who drove where at what time (docs/adr/0034).

Whatever shows coverage reads it by these words. They say of looks that are told (models.Look):
the last hour, how many looks (an account counts once an hour) and how many accounts; where fewer
than FEW accounts have looked, only the last day, once it is over. They are asked for by whole days
(UTC): who may choose a time to the second could find out that of a look.
"""

from typing import Final

FEW: Final = 3

_MANY: Final = f"count(DISTINCT witness) >= {FEW}"
_TODAY: Final = "date_trunc('day', now(), 'UTC')"
SAID: Final = (
    f"CASE WHEN {_MANY} THEN max(hour) "
    f"ELSE date_trunc('day', max(hour) FILTER (WHERE hour < {_TODAY}), 'UTC') END, "
    f"CASE WHEN {_MANY} THEN count(DISTINCT (witness, hour)) END, "
    f"CASE WHEN {_MANY} THEN count(DISTINCT witness) END"
)
SAYS_SOMETHING: Final = f"{_MANY} OR min(hour) < {_TODAY}"
