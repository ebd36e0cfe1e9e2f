"""Counts what becomes of streams, by client: opened, ended by whom, told, and listed again."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from dashboard.announcements import announce_change
from dashboard.models import StreamCount
from dashboard.ranges import STEPS, floor
from dashboard.storer import Storer
from dashboard.tally import CLIENTS, OTHER, WITHOUT_CREDENTIAL
from dashboard.upserts import ADD, digest, upsert
from dashboard.vocabulary import Caller, Vocabulary
from mcpendpoint.protocol.client_tag import ClientTag
from mcpendpoint.push.stream import Origin, Stream, StreamEvent

WATCHED = "watched"
"""Told that its list changed, and looked at for whether it lists again."""
LISTED_AGAIN = "listed_again"

CALL_RESUMED = "call_resumed"
"""A client came back for a call whose connection had broken."""

MAX_CELLS = 5_000
MINUTE = 60


class Cell(NamedTuple):
    minute: int
    client_name: str
    client_version: str
    event: str


class Counts:
    """Those that were not stored yet."""

    def __init__(self) -> None:
        self.cells: Counter[Cell] = Counter()

    def add(self, cell: Cell, count: int = 1) -> None:
        if cell not in self.cells and len(self.cells) >= MAX_CELLS:
            cell = Cell(cell.minute, OTHER, "", cell.event)
        self.cells[cell] += count

    def merge(self, newer: "Counts") -> None:
        for cell, count in newer.cells.items():
            self.add(cell, count)

    def forget_before(self, at: datetime) -> int:
        old = [cell for cell in self.cells if cell.minute < at.timestamp()]
        return sum(self.cells.pop(cell) for cell in old)

    def __len__(self) -> int:
        return self.cells.total()


class StreamCounts(Storer[Counts]):
    def __init__(self, write: Callable[[Counts], None] | None = None) -> None:
        super().__init__(Counts, write or write_counts, _nothing, announce_change)
        self._clients = Vocabulary(CLIENTS)

    def note(self, stream: Stream, event: StreamEvent) -> None:
        """Count what becomes of a stream; a listener of push.streams, on the event loop."""
        if event is StreamEvent.CLOSED:
            self.count(stream.origin, f"{event}_{stream.ended_by}")
        else:
            self.count(stream.origin, event)

    def note_resumed_call(self, origin: Origin) -> None:
        self.count(origin, CALL_RESUMED)

    def count(self, origin: Origin, event: str, *, at: datetime | None = None) -> None:
        """Count anything else that becomes of a client's streams."""
        second = int((at or datetime.now(UTC)).timestamp())
        caller = Caller(origin.user_id, origin.credential not in WITHOUT_CREDENTIAL, network=0)
        client = origin.client
        if not self._clients.admits(second, caller, client.name, client.version):
            client = ClientTag(OTHER, "")
        self._batch.add(Cell(second // MINUTE * MINUTE, client.name, client.version, event))
        self._store_soon()


def write_counts(counts: Counts) -> None:
    """Add counts to what is kept. Synchronous."""
    rows: dict[Sequence[Any], dict[str, Any]] = {}
    for cell, count in counts.cells.items():
        for step in STEPS:
            period, name = floor(cell.minute, step), digest(*cell[1:])
            row = rows.setdefault(
                (step, period, name),
                {
                    "step_seconds": step,
                    "period": period,
                    "digest": name,
                    "client_name": cell.client_name,
                    "client_version": cell.client_version,
                    "event": cell.event,
                    "count": 0,
                },
            )
            row["count"] += count
    upsert(
        StreamCount,
        list(rows.values()),
        unique=("step_seconds", "period", "digest"),
        on_conflict={"count": ADD},
    )


def _nothing() -> None:
    """The recorder tidies up."""


stream_counts = StreamCounts()
"""The ones of this process."""
