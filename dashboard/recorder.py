"""Takes note of records on the event loop and stores them soon after, in the background.

It needs no start-up: the first record starts a task, which ends when there is nothing left to
store. A database that fails costs no caller anything: counts are kept and tried again.
"""

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from dashboard import store
from dashboard.announcements import announce
from dashboard.background import start_in_background
from dashboard.tally import Limits, Tally
from mcpendpoint.records import Record

logger = logging.getLogger(__name__)

FIRST_FLUSH_SECONDS = 0.2
"""After a quiet time: soon, since somebody may be watching for it."""
FLUSH_SECONDS = 0.5
MAX_DOUBLINGS = 6
BACKLOG = timedelta(hours=6)
"""How far back counts are kept for a database that does not take them."""
PRUNE_EVERY = timedelta(hours=1)


class Recorder:
    """`write` stores a tally; it is called on a background thread."""

    def __init__(
        self,
        write: Callable[[Tally], None] = store.write,
        prune: Callable[[datetime], None] = store.prune,
        changed: Callable[[dict[str, str]], Awaitable[None]] = announce,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._write = write
        self._prune = prune
        self._changed = changed
        self._clock = clock
        self._limits = Limits()
        self._tally = Tally(self._limits)
        self._writing: Future[None] | None = None
        self._storing: asyncio.Task[None] | None = None
        self._failures = 0
        self._pruned_at = datetime.min.replace(tzinfo=UTC)

    def note(self, record: Record) -> None:
        """Count a record; the listener of mcpendpoint.records, on the event loop."""
        self._tally.add(record)
        if self._storing is None or self._storing.get_loop().is_closed():
            self._storing = asyncio.get_running_loop().create_task(
                # Not in the context of the request that happens to come first.
                self._store_until_done(),
                context=contextvars.Context(),
            )

    async def flush(self) -> None:
        """Store what was noted; keep it when that fails."""
        tally, self._tally = self._tally, Tally(self._limits)
        if not tally.cells:
            return
        self._writing = start_in_background(lambda: self._store(tally))
        try:
            # Shielded: a thread that writes cannot be stopped, and what it writes must count once.
            await asyncio.shield(asyncio.wrap_future(self._writing))
        except Exception as error:
            self._failures += 1
            self._keep(tally)
            if self._failures == 1:
                logger.warning("Counts could not be stored yet: %s.", type(error).__name__)
            return
        self._failures = 0
        await self._changed({"type": "metrics.changed", "id": uuid4().hex})

    async def finish(self) -> None:
        """Store the last counts, called by a server that is about to end."""
        if self._writing is not None:
            await asyncio.wait([asyncio.wrap_future(self._writing)])
        await self.flush()

    def finish_at_exit(self) -> None:
        """Store the last counts of a process that ends without having said so."""
        tally, self._tally = self._tally, Tally(self._limits)
        if tally.cells:
            try:
                self._write(tally)
            except Exception as error:
                logger.warning("Lost %d counts at exit: %s.", len(tally), type(error).__name__)

    @property
    def unstored(self) -> int:
        """How many messages were noted and are not in the database yet."""
        return len(self._tally)

    async def _store_until_done(self) -> None:
        try:
            await asyncio.sleep(FIRST_FLUSH_SECONDS)
            while self._tally.cells:
                await self.flush()
                # Half a second, doubled with each failure, at most half a minute.
                await asyncio.sleep(FLUSH_SECONDS * 2 ** min(self._failures, MAX_DOUBLINGS))
        finally:
            self._storing = None

    def _store(self, tally: Tally) -> None:
        self._write(tally)
        now = self._clock()
        if now - self._pruned_at >= PRUNE_EVERY:
            self._pruned_at = now
            try:
                self._prune(now)
            except Exception as error:
                logger.warning("Old counts could not be removed: %s.", type(error).__name__)

    def _keep(self, tally: Tally) -> None:
        lost = tally.forget_before(self._clock() - BACKLOG)
        self._tally, newer = tally, self._tally
        self._tally.merge(newer)
        if lost:
            logger.error("Lost %d counts that the database did not take in time.", lost)


recorder = Recorder()
"""The one of this process."""
