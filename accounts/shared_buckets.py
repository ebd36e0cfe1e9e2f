"""What all processes together took out of token buckets, kept in Redis."""

import asyncio
from collections.abc import Mapping
from weakref import WeakKeyDictionary

from redis.asyncio import Redis

PREFIX = "hfmcp:bucket:"
TIMEOUT_SECONDS = 1.0
KEYS_AT_ONCE = 500

# Each key holds when its bucket is full again, in ms of Redis's own clock, and is gone by then.
# ARGV: how many ms of filling up were taken out. Returns how many ms each is ahead of now.
_SPEND = """
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local ahead = {}
for i, key in ipairs(KEYS) do
  local full_at = math.max(tonumber(redis.call('GET', key) or 0), now) + tonumber(ARGV[i])
  local left = math.ceil(full_at - now)
  redis.call('SET', key, string.format('%.3f', full_at), 'PX', math.max(left, 1))
  ahead[i] = left
end
return ahead
"""


class SharedBuckets:
    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Redis] = WeakKeyDictionary()

    async def spend(self, seconds: Mapping[str, float]) -> dict[str, float]:
        """Take so many seconds of filling up out of each bucket.

        Return how many seconds each takes to be full again, of all processes' doing.
        """
        script = self._client().register_script(_SPEND)
        keys = list(seconds)
        ahead: dict[str, float] = {}
        for start in range(0, len(keys), KEYS_AT_ONCE):
            chunk = keys[start : start + KEYS_AT_ONCE]
            async with asyncio.timeout(TIMEOUT_SECONDS):
                left = await script(
                    keys=[PREFIX + key for key in chunk],
                    args=[f"{seconds[key] * 1000:.3f}" for key in chunk],
                )
            ahead.update(zip(chunk, (ms / 1000 for ms in left), strict=True))
        return ahead

    def _client(self) -> Redis:
        loop = asyncio.get_running_loop()
        client = self._clients.get(loop)
        if client is None:
            client = self._clients[loop] = Redis.from_url(
                self._redis_url,
                socket_timeout=TIMEOUT_SECONDS,
                socket_connect_timeout=TIMEOUT_SECONDS,
            )
        return client
