"""Copies of the logs in Redis, where other workers read them.

They are written in the background, over and over until Redis has taken them, and anew when Redis
comes back without them. A key that lives for some seconds says that the worker which writes them
is alive.
"""

import asyncio
import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.exceptions import RedisError, ResponseError

from accounts.behind import start_task
from mcpendpoint.push.bus import Bus
from mcpendpoint.push.calls.ids import CallEvent, CallRef
from mcpendpoint.push.calls.log import MAX_EVENTS, CallLog

logger = logging.getLogger(__name__)

PREFIX = "hfmcp:call:"
WORKER_PREFIX = "hfmcp:call-worker:"

BEAT_SECONDS = 2.0
ALIVE_SECONDS = 7
KEPT_SECONDS = 180
TIMEOUT_SECONDS = 5.0
AGAIN_SECONDS = 0.5
COALESCE_SECONDS = 0.02
"""What comes within this time goes to Redis together."""
MAX_BYTES_AT_ONCE = 4_000_000
READ_AT_ONCE = 64
MAX_CONNECTIONS = 16


class CallCopies:
    def __init__(self, redis_url: str, bus: Bus) -> None:
        self._redis_url = redis_url
        self._bus = bus
        self._redis: Redis | None = None
        self._written: dict[CallLog, int] = {}
        """The number of the last event that Redis took, of each log."""
        self._due: dict[CallLog, None] = {}
        self._news = asyncio.Event()
        self._gone: list[str] = []
        self._writing: asyncio.Task[None] | None = None
        self._next_beat = 0.0

    @property
    def exist(self) -> bool:
        return bool(self._redis_url)

    def add(self, log: CallLog) -> None:
        if self.exist:
            self._written[log] = 0
            if self._writing is None or self._writing.done():
                self._writing = start_task(self._write())

    def note(self, log: CallLog) -> None:
        """Write what is new in a log, soon."""
        if log in self._written:
            self._due[log] = None
            self._news.set()

    def forget(self, log: CallLog) -> None:
        self._due.pop(log, None)
        if self._written.pop(log, None):
            self._gone.append(_key(log.ref))

    async def read(self, ref: CallRef, after: int) -> tuple[list[CallEvent], bool]:
        """Return what another worker's call said after an event, and whether there may be more:
        that worker is alive, and so is its log. Raises RedisError, OSError, TimeoutError.
        """
        async with asyncio.timeout(TIMEOUT_SECONDS):
            pipeline = self._client().pipeline(transaction=False)
            pipeline.xrange(_key(ref), f"({after}-0", "+", count=READ_AT_ONCE)
            pipeline.exists(_key(ref), f"{WORKER_PREFIX}{ref.worker}")
            entries, found = await pipeline.execute()
        return [_event(*entry) for entry in entries], found == 2

    async def last(self, ref: CallRef) -> CallEvent | None:
        """Return the latest of what another worker's call said. Raises as `read` does."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            entries: Any = await self._client().xrevrange(_key(ref), count=1)
        return _event(*entries[0]) if entries else None

    async def _write(self) -> None:
        self._next_beat = 0.0
        while self._written or self._gone:
            with suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, self._next_beat - time.monotonic())):
                    await self._news.wait()
                    await asyncio.sleep(COALESCE_SECONDS)
            self._news.clear()
            try:
                async with asyncio.timeout(TIMEOUT_SECONDS):
                    await self._write_what_is_due()
                    if time.monotonic() >= self._next_beat:
                        await self._beat()
            except (RedisError, OSError, TimeoutError) as error:
                logger.warning("Calls could not be kept in Redis: %s.", type(error).__name__)
                self._next_beat = 0.0
                await asyncio.sleep(AGAIN_SECONDS)

    async def _write_what_is_due(self) -> None:
        gone, self._gone = self._gone, []
        if gone:
            await self._client().delete(*gone)
        while batch := self._take_batch():
            try:
                await self._send(batch)
            except BaseException:
                self._due.update(dict.fromkeys(log for log in batch if log in self._written))
                raise

    def _take_batch(self) -> dict[CallLog, list[CallEvent]]:
        batch: dict[CallLog, list[CallEvent]] = {}
        size = 0
        while self._due and size < MAX_BYTES_AT_ONCE:
            log = next(iter(self._due))
            del self._due[log]
            batch[log] = log.events_after(self._written[log])
            size += log.size
        return batch

    async def _send(self, batch: dict[CallLog, list[CallEvent]]) -> None:
        pipeline = self._client().pipeline(transaction=False)
        for log, events in batch.items():
            for event in events:
                fields: dict[Any, Any] = {"m": event.message, "l": int(event.is_last)}
                pipeline.xadd(
                    _key(log.ref), fields, f"{event.number}-0", maxlen=MAX_EVENTS, approximate=False
                )
            pipeline.expire(_key(log.ref), KEPT_SECONDS)
        _check(await pipeline.execute(raise_on_error=False))
        for log, events in batch.items():
            if events and log in self._written:
                self._written[log] = events[-1].number

    async def _beat(self) -> None:
        """Say that this worker lives, and its logs; find those that Redis has lost."""
        logs = list(self._written)
        pipeline = self._client().pipeline(transaction=False)
        pipeline.set(f"{WORKER_PREFIX}{self._bus.name}", 1, ex=ALIVE_SECONDS)
        for log in logs:
            pipeline.expire(_key(log.ref), KEPT_SECONDS)
        _, *are_there = await pipeline.execute()
        for log, is_there in zip(logs, are_there, strict=True):
            if not is_there and self._written.get(log):
                self._written[log] = 0
                self.note(log)
        self._next_beat = time.monotonic() + BEAT_SECONDS

    def _client(self) -> Redis:
        if self._redis is None:
            # Many clients may come back at once: they wait for one another.
            pool = BlockingConnectionPool.from_url(
                self._redis_url,
                max_connections=MAX_CONNECTIONS,
                timeout=TIMEOUT_SECONDS,
                socket_timeout=TIMEOUT_SECONDS,
                socket_connect_timeout=1.0,
            )
            self._redis = Redis.from_pool(pool)
        return self._redis


def _check(answers: Iterable[Any]) -> None:
    """Raise what Redis refused, but for an event that it has already: its answer was lost."""
    for answer in answers:
        if isinstance(answer, ResponseError) and "equal or smaller" in str(answer):
            continue
        if isinstance(answer, Exception):
            raise answer


def _key(ref: CallRef) -> str:
    return f"{PREFIX}{ref.worker}:{ref.number}"


def _event(entry_id: bytes, fields: dict[bytes, bytes]) -> CallEvent:
    number = int(entry_id.partition(b"-")[0])
    return CallEvent(number, fields[b"m"], fields[b"l"] == b"1")
