"""Stores what was noted on the event loop soon after, in the background.

It needs no start-up: the first note starts a task, which ends when there is nothing left to store.
A database that fails costs no caller anything: what was noted is kept and tried again.
"""

import asyncio
import contextvars
import logging
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Generic, Protocol, Self, TypeVar

from dashboard.background import background

logger = logging.getLogger(__name__)

FIRST_FLUSH_SECONDS = 0.2
"""After a quiet time: soon, since somebody may be watching for it."""
FLUSH_SECONDS = 0.5
"""A process that is killed loses what it had not stored: no more than its last second."""
SHORTEST_REST_SECONDS = 0.1
"""Where the database takes long: what was noted meanwhile waits already."""
SHARE_OF_TIME = 0.05
"""What storing takes of a processor at most, which answers need: the counts of a great many people
are stored less often."""
LONGEST_REST_SECONDS = 5.0
MAX_DOUBLINGS = 6
"""Half a minute."""
BACKLOG = timedelta(hours=6)
"""How far back notes are kept for a database that does not take them."""
PRUNE_EVERY = timedelta(hours=1)


class Batch(Protocol):
    """Notes that were not stored yet. `len` tells how many."""

    def __len__(self) -> int: ...

    def merge(self, newer: Self, /) -> None: ...

    def forget_before(self, at: datetime, /) -> int:
        """Drop what is older, and return how many notes that were."""
        ...


B = TypeVar("B", bound=Batch)


class Storer(Generic[B]):
    """`write` stores a batch; it is called on a background thread, as `prune` is."""

    def __init__(
        self,
        new_batch: Callable[[], B],
        write: Callable[[B], None],
        prune: Callable[[], None],
        changed: Callable[[], Awaitable[None]] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._new_batch = new_batch
        self._write = write
        self._prune = prune
        self._changed = changed
        self._clock = clock
        self._batch = new_batch()
        self._writing: Future[None] | None = None
        self._storing: asyncio.Task[None] | None = None
        self._failures = 0
        self._worked_seconds = 0.0
        self._pruned_at = datetime.min.replace(tzinfo=UTC)

    def _store_soon(self) -> None:
        if self._storing is None or self._storing.get_loop().is_closed():
            self._storing = asyncio.get_running_loop().create_task(
                # Not in the context of the request that happens to come first.
                self._store_until_done(),
                context=contextvars.Context(),
            )

    def _settle(self) -> None:
        """Bring into the batch what is not in it yet."""

    async def flush(self) -> None:
        """Store what was noted; keep it when that fails."""
        self._settle()
        batch, self._batch = self._batch, self._new_batch()
        if not len(batch):
            return
        self._writing = background.submit(self._store, batch)
        try:
            # Shielded: a thread that writes cannot be stopped, and what it writes must count once.
            await asyncio.shield(asyncio.wrap_future(self._writing))
        except Exception as error:
            self._failures += 1
            self._keep(batch)
            if self._failures == 1:
                logger.warning("Records could not be stored yet: %s.", type(error).__name__)
            return
        self._failures = 0
        if self._changed is not None:
            await self._changed()

    async def finish(self) -> None:
        """Store the last notes, called by a server that is about to end."""
        if self._writing is not None:
            await asyncio.wait([asyncio.wrap_future(self._writing)])
        await self.flush()

    def finish_at_exit(self) -> None:
        """Store the last notes of a process that ends without having said so."""
        self._settle()
        batch, self._batch = self._batch, self._new_batch()
        if len(batch):
            try:
                self._write(batch)
            except Exception as error:
                logger.warning("Lost %d records at exit: %s.", len(batch), type(error).__name__)

    @property
    def unstored(self) -> int:
        """How many notes are not in the database yet."""
        self._settle()
        return len(self._batch)

    @property
    def rest_seconds(self) -> float:
        """How long from one storing to the next: longer after much work, and after each failure
        twice as long.
        """
        rest = min(self._worked_seconds / SHARE_OF_TIME, LONGEST_REST_SECONDS)
        return max(rest, FLUSH_SECONDS * 2.0 ** min(self._failures, MAX_DOUBLINGS))

    async def _store_until_done(self) -> None:
        try:
            await asyncio.sleep(FIRST_FLUSH_SECONDS)
            while self.unstored:
                began = time.monotonic()
                await self.flush()
                took = time.monotonic() - began
                await asyncio.sleep(max(self.rest_seconds - took, SHORTEST_REST_SECONDS))
        finally:
            self._storing = None

    def _store(self, batch: B) -> None:
        began = time.thread_time()
        self._write(batch)
        self._worked_seconds = time.thread_time() - began
        now = self._clock()
        if now - self._pruned_at >= PRUNE_EVERY:
            self._pruned_at = now
            try:
                self._prune()
            except Exception as error:
                logger.warning("Old records could not be removed: %s.", type(error).__name__)

    def _keep(self, batch: B) -> None:
        lost = batch.forget_before(self._clock() - BACKLOG)
        self._batch, newer = batch, self._batch
        self._batch.merge(newer)
        if lost:
            logger.error("Lost %d records that the database did not take in time.", lost)
