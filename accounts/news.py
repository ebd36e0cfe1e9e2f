"""What changed about people, wherever it was changed: this process hears of it within a second.

The database notes each change (accounts.triggers), and every process that serves reads the notes:
one short query, however many people there are. So nothing is lost while a process, Redis or the
network is away, and who cannot read them knows that they do not know.
"""

import asyncio
import logging
import time
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db.models import Q

from accounts.behind import start_task
from accounts.database import DatabaseThreads
from accounts.housekeeping import delete_in_steps
from accounts.models import PersonChange
from accounts.preferences import preferences_changed

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.4
CURRENT_SECONDS = 1.0
"""What was heard is relied on for this time."""

GAP_SECONDS = 1_800.0
MAX_GAPS = 500
"""Numbers that were left out: of transactions that were rolled back, or go on for this time."""

MAX_AT_ONCE = 2_000
"""With more news than this, all that is known of anybody is forgotten."""

KEPT = timedelta(hours=1)


Found = list[tuple[int, int | None]]
"""Number of a note, and whom it is about; the newest first."""


class Notes:
    """What was read of what the database notes.

    To read and to take note of it are apart: what was read by a thread that nobody waits for any
    more is read again.
    """

    def __init__(self) -> None:
        self._last: int | None = None
        self._gaps: dict[int, float] = {}
        """Numbers below the last one that were not there, and since when: a note becomes visible
        when its transaction ends, and others may have ended before."""

    def read(self) -> Found:
        """Return the notes that are new. Asks the database."""
        rows = PersonChange.objects.order_by("-pk").values_list("pk", "user_id")
        if self._last is None:
            return list(rows[:MAX_GAPS])
        newest = rows.first() or (0, None)
        if newest[0] < self._last:
            return [newest]  # emptied: it may count anew
        return list(rows.filter(Q(pk__gt=self._last) | Q(pk__in=list(self._gaps)))[:MAX_AT_ONCE])

    def take(self, found: Found) -> list[int | None]:
        """Take note; return whom it is about, None for everybody, and nobody the first time."""
        last, self._last = self._last, self._last or 0
        if not found:
            return []
        highest = found[0][0]
        numbers = {number for number, _ in found}
        if last is None:
            self._last = highest
            self._note_gaps(min(numbers) - 1, numbers)
            return []
        if self._is_emptied(found):
            self._last, self._gaps = highest, {}
            return [None]
        self._last = max(last, highest)
        self._note_gaps(last, numbers)
        people = [user_id for _, user_id in reversed(found)]
        return (
            [None] if None in people or len(found) == MAX_AT_ONCE else list(dict.fromkeys(people))
        )

    def _is_emptied(self, found: Found) -> bool:
        return len(found) == 1 and found[0][0] < (self._last or 0) and found[0][0] not in self._gaps

    def _note_gaps(self, last: int, numbers: set[int]) -> None:
        now = time.monotonic()
        missing = set(range(max(last + 1, (self._last or 0) - MAX_GAPS), self._last or 0)) - numbers
        gaps = {number: since for number, since in self._gaps.items() if number not in numbers}
        gaps |= dict.fromkeys(missing, now)
        fresh = [(n, since) for n, since in gaps.items() if now - since < GAP_SECONDS]
        self._gaps = dict(sorted(fresh)[-MAX_GAPS:])


class Source(Protocol):
    """Something else in the database that every process is to hear of within a second."""

    def read(self) -> Any:
        """Ask the database, in a thread."""

    def take(self, found: Any) -> None:
        """Take note of what was read, on the event loop."""


class Follower:
    """Reads the notes over and over, and tells this process by `preferences_changed`."""

    def __init__(self) -> None:
        self._sources: list[Source] = []
        self._task: asyncio.Task[None] | None = None
        self._threads: DatabaseThreads | None = None
        self._since = float("inf")
        self._heard_until = float("-inf")

    def start(self) -> None:
        """Begin, on the running event loop; does nothing where it has begun."""
        if self._task is None or self._task.done():
            self._threads = self._threads or DatabaseThreads("news", 1)
            self._task = start_task(self._follow(self._threads))

    def follow_too(self, source: Source) -> None:
        self._sources.append(source)

    def has_heard_all_since(self, moment: float) -> bool:
        """Return whether what changed since then has been told, up to a second ago."""
        is_current = time.monotonic() - self._heard_until < CURRENT_SECONDS
        return is_current and moment >= self._since

    async def _follow(self, threads: DatabaseThreads) -> None:
        notes = Notes()
        while True:
            asked_at = time.monotonic()
            try:
                found = await threads.run(notes.read)
            except Exception as error:  # whatever it is, others are still to be heard
                logger.warning("The database tells no news: %s.", type(error).__name__)
            else:
                for user_id in notes.take(found):
                    preferences_changed.send_robust(PersonChange, user_id=user_id)
                # The first reading tells nobody of what came before its end.
                self._since = min(self._since, time.monotonic())
                self._heard_until = asked_at
            for source in self._sources:
                await _hear(source, threads)
            await asyncio.sleep(POLL_SECONDS)


async def _hear(source: Source, threads: DatabaseThreads) -> None:
    try:
        source.take(await threads.run(source.read))
    except Exception as error:  # as above
        logger.warning("The database tells no news: %s.", type(error).__name__)


follower = Follower()
"""The one of this process. Nobody follows where it was not started: then nothing is known long."""


def forget_old(now: datetime) -> int:
    return delete_in_steps(PersonChange.objects.filter(at__lt=now - KEPT).order_by("at"))
