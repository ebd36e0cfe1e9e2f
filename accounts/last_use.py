"""Notes when something was last used, without a write for each use."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Hashable
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.behind import run_behind
from accounts.database import notes

logger = logging.getLogger(__name__)

NOTE_EVERY_SECONDS = 60
MAX_NOTED = 10_000
"""Numbers and pairs of them: 2 MB."""

MAX_AT_ONCE = 100
"""Rows that one statement writes."""

K = TypeVar("K", bound=Hashable)


def write_uses(rows: QuerySet[Any], **values: Any) -> None:
    """Write these values to those rows whose `last_used_at` is a minute old.

    The other processes note the same uses, so what one of them is writing is left to it: they wait
    neither for each other nor in a circle.
    """
    since = timezone.now() - timedelta(seconds=NOTE_EVERY_SECONDS)
    due = rows.filter(Q(last_used_at=None) | Q(last_used_at__lte=since)).order_by()
    with transaction.atomic():
        ids = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True))
        if ids:
            rows.model._default_manager.filter(pk__in=ids).update(**values)


class LastUse(Generic[K]):
    """Calls `write` with what was used, at most once a minute for each.

    What is used while something is written goes into the next statement, all of it together.
    """

    def __init__(
        self, write: Callable[[Collection[K]], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._write = write
        self._clock = clock
        self._at: dict[K, float] = {}
        self._unwritten: dict[K, None] = {}
        self._writing: asyncio.Task[None] | None = None

    def note(self, used: K) -> None:
        """On an event loop the write happens behind the request, which does not wait for it."""
        if not self._is_due(used):
            return
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            self._write([used])
            return
        self._unwritten[used] = None
        if self._writing is None or self._writing.get_loop().is_closed():
            self._writing = run_behind(self._write_all())

    def _is_due(self, used: K) -> bool:
        now = self._clock()
        if now - self._at.get(used, -NOTE_EVERY_SECONDS) < NOTE_EVERY_SECONDS:
            return False
        if len(self._at) >= MAX_NOTED:
            self._at.clear()
        self._at[used] = now
        return True

    async def _write_all(self) -> None:
        try:
            while self._unwritten:
                used = list(self._unwritten)[:MAX_AT_ONCE]
                for each in used:
                    del self._unwritten[each]
                try:
                    await notes.run(self._write, used)
                except DatabaseError:
                    logger.warning("Some uses could not be noted.")
        finally:
            self._writing = None
