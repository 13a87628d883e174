"""Give back what was reserved and not served, by a process that was killed before it answered.

A while after an hour the rows say what of its reservations was served. The rest is taken off the
counts; what was served in another hour than it was reserved in comes back with the rows, which
counts are never below.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.utils import timezone

from hazardmap.core.full_times import HOUR
from hazardmap.core.selling.usage import Meter
from hazardmap.metering.selectors import usage_by_key, usage_complete_to
from hazardmap.metering.services.usage_reserve import HOUR_TEXT, Account
from hazardmap.platform.redis_script import RedisLost, Script

SETTLED_AFTER: Final = timedelta(minutes=10)

_FIELDS = Script("return redis.call('HKEYS', KEYS[1])")

# ARGV: hour, key, meter, units served; again and again. Whoever comes second finds no field.
_SETTLE = Script("""
for i = 1, #ARGV, 4 do
    local own = ARGV[i + 1] .. ' ' .. ARGV[i + 2]
    local field = '@' .. ARGV[i] .. ' ' .. own
    local over = tonumber(redis.call('HGET', KEYS[1], field) or '0') - tonumber(ARGV[i + 3])
    if over > 0 then
        redis.call('HINCRBY', KEYS[1], own, -over)
        redis.call('HINCRBY', KEYS[1], '* ' .. ARGV[i + 2], -over)
    end
    redis.call('HDEL', KEYS[1], field)
end
""")


def usage_settle(*, account: Account) -> None:
    """For all hours of the account that are over and whose usage is in the rows; safe to repeat.

    Without Redis there is nothing to give back.
    """
    try:
        fields = [name for name in _FIELDS(account.name) if name.startswith("@")]
        if not fields:
            return
        known = usage_complete_to(timezone.now()) - SETTLED_AFTER
        over = [one for one in map(_field, fields) if one[0] + HOUR <= known]
        for hour in sorted({one[0] for one in over}):
            rows = usage_by_key(account.keys, start=hour, end=hour + HOUR)
            served = {(key, meter): units for key, meter, units in rows}
            arguments = [
                part
                for at, key, meter in over
                if at == hour
                for part in (f"{hour:{HOUR_TEXT}}", key, meter.value, served.get((key, meter), 0))
            ]
            _SETTLE(account.name, *arguments)
    except RedisLost:
        return


def _field(name: str) -> tuple[datetime, str, Meter]:
    """The hour, key and meter in the name of a field."""
    at, key, meter = name[1:].split(" ")
    return datetime.strptime(at, HOUR_TEXT).replace(tzinfo=UTC), key, Meter(meter)
