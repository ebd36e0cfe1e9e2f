"""Notes when something was last used, without a write for each use."""

import asyncio
import logging
import time
from collections.abc import Callable, Hashable
from datetime import timedelta
from typing import Generic, TypeVar

from django.db.models import Q
from django.utils import timezone

from accounts.database import notes

logger = logging.getLogger(__name__)

NOTE_EVERY_SECONDS = 60
MAX_NOTED = 10_000
"""Numbers and pairs of them: 2 MB."""

K = TypeVar("K", bound=Hashable)


def not_noted_lately() -> Q:
    """Return the condition of rows whose `last_used_at` is to be written: the other processes note
    the same use, and this keeps it at one write a minute in all.
    """
    since = timezone.now() - timedelta(seconds=NOTE_EVERY_SECONDS)
    return Q(last_used_at=None) | Q(last_used_at__lte=since)


class LastUse(Generic[K]):
    """Calls `write` with what was used, at most once a minute for each.

    Other processes write as well, so `write` should skip what is fresh already.
    """

    def __init__(
        self, write: Callable[[K], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._write = write
        self._clock = clock
        self._at: dict[K, float] = {}
        self._writes: set[asyncio.Task[None]] = set()

    def note(self, used: K) -> None:
        """On an event loop the write happens behind the request, which does not wait for it."""
        if not self._is_due(used):
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._write(used)
        else:
            write = loop.create_task(notes.run(self._write, used))
            self._writes.add(write)
            write.add_done_callback(self._forget)

    def _is_due(self, used: K) -> bool:
        now = self._clock()
        if now - self._at.get(used, -NOTE_EVERY_SECONDS) < NOTE_EVERY_SECONDS:
            return False
        if len(self._at) >= MAX_NOTED:
            self._at.clear()
        self._at[used] = now
        return True

    def _forget(self, write: asyncio.Task[None]) -> None:
        self._writes.discard(write)
        if not write.cancelled() and write.exception():
            logger.warning("A use could not be noted.")
