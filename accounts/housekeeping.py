"""Forgets what is old: once an hour, in one process at a time, in small steps, and only by a clock
that can be believed. What is removed is in the log.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from accounts.database import notes
from accounts.models import Tidying

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
MAX_STEP = timedelta(days=1)
"""So much further than the last time does one tidying look, whatever the clock says."""

AGREED_SECONDS = 1_800.0
"""The clock is believed once it went like the monotonic one for this time, which does not jump."""
TOLERANCE_SECONDS = 60.0

ROWS_AT_ONCE = 1_000
"""Of one statement and transaction: on SQLite everybody who writes waits for it."""

Job = Callable[[datetime], int]
"""Forgets what is old at that time; returns how many rows that were."""

_jobs: dict[str, Job] = {}


def register(what: str, job: Job) -> None:
    """`what` says in the plural what the job removes."""
    _jobs[what] = job


class Clock:
    """Tells whether the time of day can be believed: it has not jumped for a while."""

    def __init__(
        self,
        now: Callable[[], datetime] = timezone.now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = now
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._since = (now(), monotonic())

    def believable_now(self) -> datetime | None:
        with self._lock:
            now, ticks = self._now(), self._monotonic()
            since, ticks_then = self._since
            passed = ticks - ticks_then
            if abs((now - since).total_seconds() - passed) > TOLERANCE_SECONDS + passed / 1_000:
                self._since = (now, ticks)
                return None
            return now if passed >= AGREED_SECONDS else None


_clock = Clock()


def tidy_up(clock: Clock = _clock) -> None:
    """Do what is due, if it is and no other process does it. Not for a thread that serves."""
    now = clock.believable_now()
    until = now and _take_turn(now)
    if not until:
        return
    for what, job in _jobs.items():
        try:
            removed = job(until)
        except DatabaseError as error:
            logger.warning("Old %s could not be removed: %s.", what, type(error).__name__)
        else:
            if removed:
                logger.info("Removed %d %s that were old at %s.", removed, what, until.isoformat())


_asked_at = time.monotonic()


def tidy_up_behind() -> None:
    """See whether something is due, without keeping whoever is served now."""
    global _asked_at
    if time.monotonic() - _asked_at >= EVERY.total_seconds():
        _asked_at = time.monotonic()
        notes.submit(tidy_up)


def _take_turn(now: datetime) -> datetime | None:
    """Return the time that things may be old at, or None when it is not this process's turn."""
    # One that was noted under a wrong clock lies ahead, and would put off the next for long.
    is_due = Q(taken_at__lte=now - EVERY) | Q(taken_at__gt=now + EVERY)
    with transaction.atomic():
        Tidying.objects.get_or_create(
            pk=Tidying.ONLY, defaults={"taken_at": now - EVERY, "reached": now}
        )
        row = Tidying.objects.select_for_update().filter(is_due, pk=Tidying.ONLY).first()
        if row is None:
            return None
        row.taken_at = now
        row.reached = min(now, row.reached + MAX_STEP)
        row.save()
        return row.reached


def delete_in_steps(rows: QuerySet[Model], limit: int | None = None) -> int:
    """Delete without what Django would do for each row; return how many there were."""
    removed = 0
    keys = rows.values_list("pk", flat=True)
    while limit is None or removed < limit:
        most = ROWS_AT_ONCE if limit is None else min(ROWS_AT_ONCE, limit - removed)
        step = list(keys[:most])
        if not step:
            break
        rows.model._base_manager.filter(pk__in=step)._raw_delete(rows.db)
        removed += len(step)
    return removed


def delete_beyond(most: int, rows: QuerySet[Model]) -> int:
    """Delete all but the newest, in the order in which they were made; return how many."""
    newest = rows.order_by("-pk").values_list("pk", flat=True)
    oldest_kept = newest[most - 1 : most].first()
    return 0 if oldest_kept is None else delete_in_steps(rows.filter(pk__lt=oldest_kept))
