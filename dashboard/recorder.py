"""Counts records on the event loop, for the dashboard."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from accounts.housekeeping import tidy_up
from dashboard import store
from dashboard.announcements import announce_change
from dashboard.storer import Storer
from dashboard.tally import Limits, Tally
from mcpendpoint.protocol.records import Record


class Recorder(Storer[Tally]):
    def __init__(
        self,
        write: Callable[[Tally], None] = store.write,
        prune: Callable[[], None] = tidy_up,
        changed: Callable[[], Awaitable[None]] = announce_change,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        limits = Limits()
        super().__init__(lambda: Tally(limits), write, prune, changed, clock)

    def note(self, record: Record) -> None:
        """Count a record; a listener of mcpendpoint.protocol.records, on the event loop."""
        self._batch.add(record)
        self._store_soon()


recorder = Recorder()
"""The one of this process."""
