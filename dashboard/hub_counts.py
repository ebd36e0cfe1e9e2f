"""Counts requests to the Hub on the event loop, for the dashboard."""

from collections.abc import Callable
from datetime import UTC, datetime

from accounts.outgoing.watching import Asked
from dashboard import store
from dashboard.hub_tally import HubTally
from dashboard.storer import Storer


class HubCounts(Storer[HubTally]):
    def __init__(
        self,
        write: Callable[[HubTally], None] = store.write_hub_tally,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(HubTally, write, _nothing, clock=clock)

    def note(self, asked: Asked) -> None:
        """Count a request; a listener of accounts.outgoing.watching."""
        if asked.route:
            self._batch.add(self._clock(), asked.route, asked.status, asked.seconds)
            self._store_soon()


def _nothing() -> None:
    """The recorder tidies up."""


hub_counts = HubCounts()
"""The ones of this process."""
