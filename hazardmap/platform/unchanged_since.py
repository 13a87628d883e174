"""Since when an answer has been what it is, as far as anybody has asked for it (Last-Modified)."""

import time
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final

from hazardmap.platform.redis_script import RedisLost, Script

KEPT_S: Final = 86_400
# A change is dated to the second after it: what was answered before it, in the same second, must
# not pass for what it is now. Each change is later than the one before, whatever the clocks say.
_SINCE: Final = Script("""
local known = redis.call('HMGET', KEYS[1], 'tag', 'since')
local since = tonumber(known[2] or 0)
if known[1] ~= ARGV[1] then
    since = math.max(math.floor(tonumber(ARGV[2])), since) + 1
    redis.call('HSET', KEYS[1], 'tag', ARGV[1], 'since', since)
end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return since
""")


def unchanged_since(name: str, tag: str) -> datetime | None:
    """A whole second from which on all who asked for `name` were given what `tag` stands for.

    None while that second has not begun, and without Redis. Who asks for nothing for KEPT_S is
    told that it has changed.
    """
    key = blake2b(name.encode(), digest_size=16).hexdigest()
    now = time.time()
    try:
        since = int(_SINCE(f"since:{key}", tag, repr(now), KEPT_S))
    except RedisLost:
        return None
    return datetime.fromtimestamp(since, UTC) if since <= now else None
