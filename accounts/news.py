"""What changed about people, wherever it was changed: this process hears of it within a second.

The database notes each change (accounts.triggers), and every process that serves reads the notes:
one short query, however many people there are. So nothing is lost while a process, Redis or the
network is away, and who cannot read them knows that they do not know.
"""

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError
from django.db.models import Q

from accounts.database import DatabaseThreads
from accounts.housekeeping import delete_in_steps
from accounts.models import PersonChange
from accounts.preferences import preferences_changed

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.4
CURRENT_SECONDS = 1.0
"""What was heard is relied on for this time."""

LATE = timedelta(seconds=15)
"""So long after it noted a change may a transaction end."""

MAX_AT_ONCE = 2_000
"""With more news than this, all that is known of anybody is forgotten."""

KEPT = timedelta(hours=1)


class Notes:
    """Reads what the database noted since the last time."""

    def __init__(self) -> None:
        self._last_id: int | None = None
        self._newest = datetime.min.replace(tzinfo=UTC) + LATE
        self._recent: dict[int, datetime] = {}
        """Those of the last seconds: one of a lower number may come after them."""

    def read(self) -> list[int | None]:
        """Return whom the new notes are about, None for everybody; nobody the first time."""
        rows = PersonChange.objects.order_by("-pk").values_list("pk", "user_id", "at")
        if self._last_id is None:
            last = rows.first()
            self._last_id = last[0] if last else 0
            self._newest = last[2] if last else self._newest
            self._remember(list(rows.filter(at__gt=self._newest - LATE)[:MAX_AT_ONCE]))
            return []
        is_new = Q(pk__gt=self._last_id) | Q(at__gt=self._newest - LATE)
        found = list(rows.filter(is_new)[:MAX_AT_ONCE])
        new = [user_id for pk, user_id, _ in found if pk not in self._recent]
        self._remember(found)
        is_too_much = len(found) == MAX_AT_ONCE and new
        return [None] if is_too_much or None in new else list(dict.fromkeys(reversed(new)))

    def _remember(self, found: list[tuple[int, int | None, datetime]]) -> None:
        if not found:
            return
        self._last_id = max(self._last_id or 0, found[0][0])
        self._newest = max(self._newest, *(at for _, _, at in found))
        self._recent.update((pk, at) for pk, _, at in found)
        oldest = self._newest - LATE
        self._recent = {pk: at for pk, at in self._recent.items() if at > oldest}


class Follower:
    """Reads the notes over and over, and tells this process by `preferences_changed`."""

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._threads: DatabaseThreads | None = None
        self._since = float("inf")
        self._heard_until = float("-inf")

    def start(self) -> None:
        """Begin, on the running event loop; does nothing where it has begun."""
        if self._task is None or self._task.done():
            self._threads = self._threads or DatabaseThreads("news", 1)
            self._task = asyncio.get_running_loop().create_task(self._follow(self._threads))

    def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._since = float("inf")

    def has_heard_all_since(self, moment: float) -> bool:
        """Return whether what changed since then has been told, up to a second ago."""
        is_current = time.monotonic() - self._heard_until < CURRENT_SECONDS
        return is_current and moment >= self._since

    async def _follow(self, threads: DatabaseThreads) -> None:
        notes = Notes()
        while True:
            asked_at = time.monotonic()
            try:
                changed = await threads.run(notes.read)
            except DatabaseError as error:
                logger.warning("The database tells no news: %s.", type(error).__name__)
            else:
                for user_id in changed:
                    preferences_changed.send_robust(PersonChange, user_id=user_id)
                self._since = min(self._since, asked_at)
                self._heard_until = asked_at
            await asyncio.sleep(POLL_SECONDS)


follower = Follower()
"""The one of this process. Nobody follows where it was not started: then nothing is known long."""


def forget_old(now: datetime) -> int:
    return delete_in_steps(PersonChange.objects.filter(at__lt=now - KEPT).order_by("at"))
