"""Counts records on the event loop, for the dashboard."""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from accounts.housekeeping import tidy_up
from dashboard import store
from dashboard.announcements import announce_change
from dashboard.storer import Storer
from dashboard.tally import Limits, Tally
from mcpendpoint.protocol.records import AT_ONCE, Record

logger = logging.getLogger(__name__)


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
        self._noted: list[Record] = []

    def note(self, record: Record) -> None:
        """Count a record; a listener of mcpendpoint.protocol.records, on the event loop."""
        self._noted.append(record)
        if len(self._noted) >= AT_ONCE:
            self._settle()
        self._store_soon()

    def _settle(self) -> None:
        noted, self._noted = self._noted, []
        for record in noted:
            try:
                self._batch.add(record)
            except Exception:
                logger.exception("A record could not be counted.")


recorder = Recorder()
"""The one of this process."""
