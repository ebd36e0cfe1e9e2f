"""Reads the stream of a call on from where its client had come, at whichever worker it runs."""

import asyncio
import secrets
import time
from contextlib import suppress

from redis.exceptions import RedisError

from mcpendpoint.push.calls.copies import CallCopies
from mcpendpoint.push.calls.ids import CallEvent, Place
from mcpendpoint.push.calls.log import CallLog
from mcpendpoint.push.calls.logs import CallLogs

POLL_SECONDS = (0.1, 1.0)
"""The next look at another worker's log comes the later, the longer nothing happens."""

LOST_AFTER_SECONDS = 5.0
"""Redis may have been restarted: then the worker that runs the call writes all of it again."""
AWAY_AFTER_SECONDS = 8.0

_LOOK_FIRST = "What it was to change may be done all the same: look before repeating it."
NOT_HERE = f"The call runs in another process of this server and cannot be resumed. {_LOOK_FIRST}"
LOST = f"The call's answer is lost: the process that ran it has stopped. {_LOOK_FIRST}"
FORGOTTEN = f"The call's answer is not kept any more. {_LOOK_FIRST}"


class CallLost(Exception):
    """Nothing more will be heard of a call; the message is for its client."""


class CallReader:
    """One connection that reads the stream of a call."""

    def __init__(self, logs: CallLogs, copies: CallCopies, place: Place) -> None:
        self.place = place
        self.is_quiet = False
        """Whether another connection of the client has taken over."""
        self._logs = logs
        self._copies = copies
        self._after = place.after
        self._name = secrets.token_hex(8)
        self._pause = POLL_SECONDS[0]
        self._missing_since: float | None = None
        self._away_since: float | None = None

    async def begin(self) -> None:
        await self._logs.begin_to_read(self.place.ref, self._name, self._become_quiet)

    def end(self) -> None:
        self._logs.forget_reader(self.place.ref, self._name)

    async def next(self, seconds: float) -> list[CallEvent]:
        """Return what comes next, [] if nothing does for that time. Raises CallLost."""
        events: list[CallEvent] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                events = await self._next()
        if events:
            self._after = events[-1].number
        return events

    async def is_over(self) -> bool:
        """Whether the call has ended and nothing comes any more, as far as can be known.

        The id of a last event has no number: who comes with that or a later one made it up.
        """
        if not self._after:
            return False
        last = await self._last()
        return last is not None and last.is_last and last.number <= self._after

    async def _last(self) -> CallEvent | None:
        if self._logs.is_of_this_process(self.place.ref):
            log = self._logs.find(self.place.ref)
            return log.last if log else None
        if not self._copies.exist:
            return None
        try:
            return await self._copies.last(self.place.ref)
        except (RedisError, OSError, TimeoutError):
            return None

    async def _next(self) -> list[CallEvent]:
        if self._logs.is_of_this_process(self.place.ref):
            return await self._next_here(self._logs.find(self.place.ref))
        if not self._copies.exist:
            raise CallLost(NOT_HERE)
        while not (events := await self._look_elsewhere()):
            await asyncio.sleep(self._pause)
            self._pause = min(self._pause * 1.3, POLL_SECONDS[1])
        self._pause = POLL_SECONDS[0]
        return events

    async def _next_here(self, log: CallLog | None) -> list[CallEvent]:
        while log is not None and log.is_kept:
            if events := log.events_after(self._after):
                return events
            await log.wait()
        raise CallLost(FORGOTTEN)

    async def _look_elsewhere(self) -> list[CallEvent]:
        now = time.monotonic()
        try:
            events, may_go_on = await self._copies.read(self.place.ref, self._after)
        except (RedisError, OSError, TimeoutError) as error:
            self._away_since = self._away_since or now
            if now - self._away_since > AWAY_AFTER_SECONDS:
                raise CallLost(LOST) from error
            return []
        self._away_since = None
        self._missing_since = None if events or may_go_on else self._missing_since or now
        if self._missing_since and now - self._missing_since > LOST_AFTER_SECONDS:
            raise CallLost(LOST)
        return events

    def _become_quiet(self) -> None:
        self.is_quiet = True
