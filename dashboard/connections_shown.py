"""What the dashboard shows of streams that stay open, made from counts. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from dashboard.stream_counts import CALL_RESUMED, LISTED_AGAIN, WATCHED
from mcpendpoint.push.stream import EndedBy, StreamEvent

CLOSED = {f"{StreamEvent.CLOSED}_{by}": str(by) for by in EndedBy}

NEVER_LISTS = "mcp-remote-fallback-test"
"""The name of the first of two sessions that mcp-remote opens; it keeps a stream, and makes
nothing of it."""


class OpenCount(NamedTuple):
    client_name: str
    client_version: str
    kind: str
    streams: int
    distressed: int


class EventCount(NamedTuple):
    client_name: str
    client_version: str
    event: str
    times: int


@dataclass(frozen=True)
class Told:
    """Of clients that were told that their list changed."""

    notifications: int = 0
    watched: int = 0
    """How many were looked at for what they make of it."""
    listed_again: int = 0
    """Of these, how many asked for the list within ten seconds."""


@dataclass(frozen=True)
class Pings:
    """Of clients with a session."""

    sent: int = 0
    answered: int = 0
    lost: int = 0


@dataclass(frozen=True)
class Happened:
    """Within the range."""

    opened: int = 0
    """Those that came back among them."""
    resumed: int = 0
    closed: Mapping[str, int] = field(default_factory=dict)
    """By who ended them; see mcpendpoint.push.stream.EndedBy."""
    told: Told = Told()
    resources_updated: int = 0
    """Notifications of resources that were subscribed to."""
    pings: Pings = Pings()
    calls_resumed: int = 0

    @property
    def closed_in_all(self) -> int:
        return sum(self.closed.values())


@dataclass(frozen=True)
class ClientStreams:
    name: str
    version: str
    subscriptions: int
    """Streams of subscriptions/listen that are open now."""
    sessions: int
    """Streams of GET in a session that are open now."""
    distressed: int
    happened: Happened
    never_lists: bool


@dataclass(frozen=True)
class StreamNow:
    """One stream."""

    client_name: str
    client_version: str
    kind: str
    protocol_version: str
    username: str
    credential: str
    session: str
    since: datetime
    last_sign: datetime
    state: str
    """"connected", "distressed" (its client does not read, or answers no ping), or "gone"."""
    ended_by: str
    ended_at: datetime | None


@dataclass(frozen=True)
class Connections:
    subscriptions: int = 0
    sessions: int = 0
    distressed: int = 0
    happened: Happened = Happened()
    clients: tuple[ClientStreams, ...] = ()
    streams: tuple[StreamNow, ...] = ()
    """The newest; then those that ended a short while ago."""

    @property
    def open(self) -> int:
        return self.subscriptions + self.sessions


def build_connections(
    open_now: Sequence[OpenCount],
    totals: Iterable[OpenCount],
    events: Iterable[EventCount],
    all_events: Mapping[str, int],
    streams: Sequence[StreamNow],
) -> Connections:
    """`open_now` and `events` may lack what is small; `totals` and `all_events` lack nothing."""
    sums: dict[str, int] = defaultdict(int)
    distressed = 0
    for total in totals:
        sums[total.kind] += total.streams
        distressed += total.distressed
    return Connections(
        subscriptions=sums["subscription"],
        sessions=sum(sums.values()) - sums["subscription"],
        distressed=distressed,
        happened=_happened(all_events),
        clients=_clients(open_now, events),
        streams=tuple(streams),
    )


def _clients(
    open_now: Iterable[OpenCount], events: Iterable[EventCount]
) -> tuple[ClientStreams, ...]:
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in open_now:
        client = found[row.client_name, row.client_version]
        client["subscriptions" if row.kind == "subscription" else "sessions"] += row.streams
        client["distressed"] += row.distressed
    for event in events:
        found[event.client_name, event.client_version][event.event] += event.times
    rows = (
        ClientStreams(
            name=name,
            version=version,
            subscriptions=counts["subscriptions"],
            sessions=counts["sessions"],
            distressed=counts["distressed"],
            happened=_happened(counts),
            never_lists=name == NEVER_LISTS,
        )
        for (name, version), counts in found.items()
    )
    return tuple(sorted(rows, key=_by_size))


def _by_size(row: ClientStreams) -> tuple[int, int, str, str]:
    return -row.subscriptions - row.sessions, -row.happened.opened, row.name, row.version


def _happened(counts: Mapping[str, int]) -> Happened:
    resumed = counts.get(StreamEvent.RESUMED, 0)
    return Happened(
        opened=counts.get(StreamEvent.OPENED, 0) + resumed,
        resumed=resumed,
        closed={by: times for event, by in CLOSED.items() if (times := counts.get(event, 0))},
        told=Told(
            notifications=counts.get(StreamEvent.LIST_CHANGED, 0),
            watched=counts.get(WATCHED, 0),
            listed_again=counts.get(LISTED_AGAIN, 0),
        ),
        resources_updated=counts.get(StreamEvent.RESOURCE_UPDATED, 0),
        pings=Pings(
            sent=counts.get(StreamEvent.PING_SENT, 0),
            answered=counts.get(StreamEvent.PING_ANSWERED, 0),
            lost=counts.get(StreamEvent.PING_LOST, 0),
        ),
        calls_resumed=counts.get(CALL_RESUMED, 0),
    )


def stream_now(row: Mapping[str, Any], usernames: Mapping[int, str]) -> StreamNow:
    """Read a row of a sample."""
    ended_at = row["ended_at"]
    state = "distressed" if row["is_distressed"] else "connected"
    return StreamNow(
        client_name=row["client_name"],
        client_version=row["client_version"],
        kind=row["kind"],
        protocol_version=row["protocol_version"],
        username=usernames.get(row["user_id"], ""),
        credential=row["credential"],
        session=row["session"],
        since=datetime.fromtimestamp(row["opened_at"], UTC),
        last_sign=datetime.fromtimestamp(row["alive_at"], UTC),
        state=state if ended_at is None else "gone",
        ended_by="" if ended_at is None else row["ended_by"],
        ended_at=None if ended_at is None else datetime.fromtimestamp(ended_at, UTC),
    )
