"""Count units before an answer leaves, so that everybody else has counted them already.

The counts of a customer's period are a hash in Redis: `kid meter` and `* meter`, the sum of all
keys. They begin with what the rows say and are never below it; rows that come late, and tiles,
which nobody reserves, raise them at `usage_recount`. What was reserved in an hour is a field of its
own as well, `@hour kid meter` (usage_settle).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Final
from uuid import UUID

from django.utils import timezone

from hazardmap.core.selling.usage import Meter
from hazardmap.metering.selectors import usage_by_key
from hazardmap.platform.redis_script import PROCESSES_AT_MOST, RedisLost, Script

ALL: Final = "*"
KEPT_S: Final = 40 * 86_400
ROWS_GOOD_FOR_S: Final = 3.0
HOUR_TEXT: Final = "%Y%m%dT%H"
MOST_ALONE: Final = 10_000
UnitsByKey = dict[str, dict[Meter, int]]

# ARGV: key, meter, units, seconds to keep, hour, all meters. The counts of all keys, then of this
# one; nothing where there are none yet.
_RESERVE = Script("""
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
if tonumber(ARGV[3]) ~= 0 then
    redis.call('HINCRBY', KEYS[1], '* ' .. ARGV[2], ARGV[3])
    redis.call('HINCRBY', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], ARGV[3])
    redis.call('HINCRBY', KEYS[1], '@' .. ARGV[5] .. ' ' .. ARGV[1] .. ' ' .. ARGV[2], ARGV[3])
    redis.call('EXPIRE', KEYS[1], ARGV[4])
end
local fields = {}
for i = 6, #ARGV do fields[#fields + 1] = '* ' .. ARGV[i] end
for i = 6, #ARGV do fields[#fields + 1] = ARGV[1] .. ' ' .. ARGV[i] end
return redis.call('HMGET', KEYS[1], unpack(fields))
""")

# ARGV: seconds to keep, then fields and the least that they must be. Answers all fields.
_RAISE = Script("""
for i = 2, #ARGV, 2 do
    local known = tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or '-1')
    if known < tonumber(ARGV[i + 1]) then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
return redis.call('HGETALL', KEYS[1])
""")


@dataclass(frozen=True, slots=True)
class Account:
    """Whose units are counted together: all keys of an owner from `start` up to `end`."""

    owner: UUID
    keys: Sequence[str]
    start: datetime
    end: datetime

    @property
    def name(self) -> str:
        return f"usage:{self.owner}:{self.start:%Y%m%dT%H}"


@dataclass(slots=True)
class _Alone:
    """What this process counts while there is no Redis.

    seen: what it read there last. rows: as they were at `read_at`.
    """

    seen: UnitsByKey = field(default_factory=dict)
    rows: UnitsByKey = field(default_factory=dict)
    read_at: float = float("-inf")
    units: defaultdict[tuple[str, Meter], int] = field(default_factory=lambda: defaultdict(int))


_alone: dict[str, _Alone] = {}
_lock = Lock()


def usage_reserve(*, account: Account, key_id: str, meter: Meter, units: int) -> UnitsByKey:
    """Count `units` more (below zero: give back; 0: only look) and return all counts, those in.

    By key and meter, of ALL and of `key_id`. Without Redis each process takes it that others
    reserve as much as it does.
    """
    hour = f"{timezone.now():{HOUR_TEXT}}"
    arguments = (key_id, meter.value, units, KEPT_S, hour, *(one.value for one in Meter))
    try:
        found = _RESERVE(account.name, *arguments)
        if found is None:
            usage_recount(account=account)
            found = _RESERVE(account.name, *arguments)
        if found is None:
            raise RedisLost
    except RedisLost:
        return _reserve_alone(account, key_id, meter, units)
    counts = [int(count or 0) for count in found]
    half = len(counts) // 2
    seen = {
        ALL: dict(zip(Meter, counts[:half], strict=True)),
        key_id: dict(zip(Meter, counts[half:], strict=True)),
    }
    _remember(account, seen)
    return seen


def usage_recount(*, account: Account) -> UnitsByKey:
    """All counts, raised to what the rows say; without Redis what the rows say."""
    rows = _rows(account)
    least = [
        part
        for key, units in rows.items()
        for meter, count in units.items()
        for part in (f"{key} {meter.value}", count)
    ]
    try:
        found = _RAISE(account.name, KEPT_S, f"{ALL} {Meter.TILE.value}", 0, *least)
    except RedisLost:
        return rows
    counts: UnitsByKey = defaultdict(dict)
    for name, count in zip(found[::2], found[1::2], strict=True):
        if not name.startswith("@"):
            key, meter = name.split(" ")
            counts[key][Meter(meter)] = int(count)
    return counts


def _reserve_alone(account: Account, key_id: str, meter: Meter, units: int) -> UnitsByKey:
    with _lock:
        alone = _alone.setdefault(account.name, _Alone())
        if monotonic() > alone.read_at + ROWS_GOOD_FOR_S:
            alone.rows, alone.read_at = _rows(account), monotonic()
        alone.units[key_id, meter] += units
        counts = {key: _larger(alone.rows, alone.seen, key) for key in (ALL, key_id)}
        for (key, used), count in alone.units.items():
            for whose in {ALL, key} & counts.keys():
                _add(counts[whose], used, count * PROCESSES_AT_MOST)
    return counts


def _remember(account: Account, seen: UnitsByKey) -> None:
    """The next one to count alone goes on from here."""
    with _lock:
        known = _alone.get(account.name)
        if known is not None and not known.units:
            known.seen |= seen
        else:
            if len(_alone) >= MOST_ALONE:
                _alone.clear()
            _alone[account.name] = _Alone(seen=seen)


def _larger(rows: UnitsByKey, seen: UnitsByKey, key: str) -> dict[Meter, int]:
    one, other = rows.get(key, {}), seen.get(key, {})
    return {meter: max(one.get(meter, 0), other.get(meter, 0)) for meter in {*one, *other}}


def _rows(account: Account) -> UnitsByKey:
    found: UnitsByKey = {ALL: {}}
    for key, meter, units in usage_by_key(account.keys, start=account.start, end=account.end):
        found.setdefault(key, {})[meter] = units
        _add(found[ALL], meter, units)
    return found


def _add(units: dict[Meter, int], meter: Meter, count: int) -> None:
    units[meter] = units.get(meter, 0) + count
