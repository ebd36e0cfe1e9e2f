"""What is read from the database for a range of time, before anything is made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from dashboard.connections_shown import Connections

Histograms = Mapping[datetime, Mapping[int, int]]
"""How long messages of each period took, as dashboard.histogram has it."""

NO_LATENCIES: Histograms = MappingProxyType({})


def rate(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


class PeriodCount(NamedTuple):
    period: datetime
    outcome: str
    messages: int


class Sums(NamedTuple):
    """Of everything in the range, whatever the lists leave out."""

    tool_calls: int = 0
    notifications_sent: int = 0
    anonymous: int = 0
    refused: int = 0
    clients: int = 0
    clients_recent: int = 0
    methods: int = 0
    tools: int = 0
    spaces: int = 0


class UsageCount(NamedTuple):
    name: str
    """Of a method or tool."""
    space_id: str
    messages: int
    errors: int
    limited: int
    """Turned away for asking too often."""
    notifications_sent: int
    last_at: datetime


class ClientCount(NamedTuple):
    name: str
    version: str
    messages: int
    tool_calls: int
    errors: int
    anonymous: int
    refused: int
    last_at: datetime


class ClientProtocol(NamedTuple):
    name: str
    version: str
    era: str
    protocol_version: str
    transport: str


class LimitCount(NamedTuple):
    limit: str
    messages: int


class UsageLatency(NamedTuple):
    name: str
    space_id: str
    bucket: int
    messages: int


class Before(NamedTuple):
    """What is compared with as much time before."""

    requests: int
    tool_calls: int
    errors: int
    limited: int

    @property
    def error_rate(self) -> float:
        return rate(self.errors, self.requests - self.limited)


@dataclass(frozen=True)
class Counts:
    """What was read from the database for one range; lists with the biggest first, and cut."""

    sums: Sums = Sums()
    periods: Sequence[PeriodCount] = ()
    period_latencies: Histograms = field(default_factory=dict)
    clients: Sequence[ClientCount] = ()
    client_protocols: Sequence[ClientProtocol] = ()
    methods: Sequence[UsageCount] = ()
    method_latencies: Sequence[UsageLatency] = ()
    tools: Sequence[UsageCount] = ()
    tool_latencies: Sequence[UsageLatency] = ()
    spaces: Sequence[UsageCount] = ()
    space_latencies: Sequence[UsageLatency] = ()
    limits: Sequence[LimitCount] = ()
    reasons: Sequence[tuple[str, int]] = ()
    connections: Connections = Connections()
    last_minutes: Mapping[datetime, int] = field(default_factory=dict)
    """How many messages came in the minute of now and in the one before."""
    first_seen: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
