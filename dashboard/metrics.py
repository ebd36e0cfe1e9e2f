"""What the dashboard shows, made from counts. Pure: the clock and the rows are arguments."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from dashboard.connections_shown import Connections
from dashboard.counts import (
    NO_LATENCIES,
    ClientCount,
    ClientProtocol,
    Counts,
    Histograms,
    PeriodCount,
    UsageCount,
    UsageLatency,
    rate,
)
from dashboard.histogram import added_up, percentile
from dashboard.ranges import MINUTE, Range
from mcpendpoint.protocol.records import ERRORS, Outcome

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Latency:
    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True)
class Totals:
    requests: int
    requests_per_minute: float
    tool_calls: int
    errors: int
    error_rate: float
    """Of what was handled."""
    limited: int
    """Turned away for asking too often; neither errors nor part of the latency."""
    outcomes: dict[str, int]
    latency_ms: Latency
    clients: int
    clients_recent: int
    methods: int
    tools: int
    spaces: int
    anonymous: int
    authenticated: int
    refused: int
    notifications_sent: int
    open_streams: int
    """Now, whatever the range."""


@dataclass(frozen=True)
class Point:
    at: datetime
    requests: int
    errors: int
    p95_ms: float | None


@dataclass(frozen=True)
class Protocol:
    era: str
    version: str


@dataclass(frozen=True)
class Client:
    name: str
    version: str
    protocols: tuple[Protocol, ...]
    transports: tuple[str, ...]
    requests: int
    tool_calls: int
    errors: int
    anonymous: int
    authenticated: int
    refused: int
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True)
class Usage:
    """How a method fared, or one tool of tools/call."""

    calls: int
    limited: int
    errors: int
    error_rate: float
    """Of those that were not over a limit."""
    p50_ms: float | None
    p95_ms: float | None
    notifications_sent: int
    last_called: datetime


@dataclass(frozen=True)
class Method(Usage):
    method: str


@dataclass(frozen=True)
class Tool(Usage):
    tool: str
    space_id: str


@dataclass(frozen=True)
class LimitHits:
    limit: str
    requests: int


@dataclass(frozen=True)
class Truncated:
    """Which lists leave out what was used least; the totals tell how many there are in all."""

    clients: bool
    methods: bool
    tools: bool


@dataclass(frozen=True)
class Snapshot:
    generated_at: datetime
    range: str
    step_seconds: int
    totals: Totals
    series: tuple[Point, ...]
    clients: tuple[Client, ...]
    methods: tuple[Method, ...]
    tools: tuple[Tool, ...]
    spaces: tuple[Tool, ...]
    """Of each, all its tools together."""
    reasons: tuple[tuple[str, int], ...]
    limits: tuple[LimitHits, ...]
    connections: Connections
    truncated: Truncated

    def as_json(self) -> dict[str, Any]:
        return {"version": SCHEMA_VERSION, **asdict(self)}


def build_snapshot(shown: Range, now: datetime, counts: Counts) -> Snapshot:
    sums = counts.sums
    return Snapshot(
        generated_at=now,
        range=shown.name,
        step_seconds=shown.step_seconds,
        totals=_totals(now, counts),
        series=series_of(shown, counts.periods, counts.period_latencies),
        clients=clients_shown(counts.clients, counts.client_protocols, counts.first_seen),
        methods=methods_shown(counts.methods, counts.method_latencies),
        tools=tools_shown(counts.tools, counts.tool_latencies),
        spaces=tools_shown(counts.spaces, counts.space_latencies),
        reasons=tuple(counts.reasons),
        limits=tuple(
            LimitHits(*row) for row in sorted(counts.limits, key=lambda row: -row.messages)
        ),
        connections=counts.connections,
        truncated=Truncated(
            clients=len(counts.clients) < sums.clients,
            methods=len(counts.methods) < sums.methods,
            tools=len(counts.tools) < sums.tools,
        ),
    )


def requests_per_minute(now: datetime, last_minutes: Mapping[datetime, int]) -> float:
    """Estimate how many came in the last 60 seconds from the counts of two calendar minutes."""
    this_minute = now.replace(second=0, microsecond=0)
    before = last_minutes.get(this_minute - timedelta(minutes=1), 0)
    share_of_before = 1 - (now - this_minute).total_seconds() / MINUTE
    return last_minutes.get(this_minute, 0) + before * share_of_before


def _totals(now: datetime, counts: Counts) -> Totals:
    sums = counts.sums
    outcomes: dict[str, int] = dict.fromkeys(Outcome, 0)
    for row in counts.periods:
        outcomes[row.outcome] = outcomes.get(row.outcome, 0) + row.messages
    requests = sum(outcomes.values())
    errors = sum(outcomes[outcome] for outcome in ERRORS)
    limited = outcomes[Outcome.LIMITED]
    histogram = added_up(counts.period_latencies.values())
    return Totals(
        requests=requests,
        requests_per_minute=round(requests_per_minute(now, counts.last_minutes), 1),
        tool_calls=sums.tool_calls,
        errors=errors,
        error_rate=rate(errors, requests - limited),
        limited=limited,
        outcomes={str(outcome): count for outcome, count in outcomes.items()},
        latency_ms=Latency(
            p50=_rounded(percentile(histogram, 0.50)),
            p95=_rounded(percentile(histogram, 0.95)),
            p99=_rounded(percentile(histogram, 0.99)),
        ),
        clients=sums.clients,
        clients_recent=sums.clients_recent,
        methods=sums.methods,
        tools=sums.tools,
        spaces=sums.spaces,
        anonymous=sums.anonymous,
        authenticated=requests - sums.anonymous - sums.refused,
        refused=sums.refused,
        notifications_sent=sums.notifications_sent,
        open_streams=counts.connections.open,
    )


def series_of(
    shown: Range, counts: Iterable[PeriodCount], latencies: Histograms = NO_LATENCIES
) -> tuple[Point, ...]:
    requests: dict[datetime, int] = defaultdict(int)
    errors: dict[datetime, int] = defaultdict(int)
    for row in counts:
        requests[row.period] += row.messages
        if row.outcome in ERRORS:
            errors[row.period] += row.messages
    return tuple(
        Point(
            at=period,
            requests=requests[period],
            errors=errors[period],
            p95_ms=_rounded(percentile(latencies.get(period, {}), 0.95)),
        )
        for period in shown.periods
    )


def clients_shown(
    rows: Iterable[ClientCount],
    protocols: Iterable[ClientProtocol],
    first_seen: Mapping[tuple[str, str], datetime],
) -> tuple[Client, ...]:
    spoken: dict[tuple[str, str], list[ClientProtocol]] = defaultdict(list)
    for protocol in protocols:
        spoken[protocol.name, protocol.version].append(protocol)
    return tuple(
        _client(
            row,
            spoken[row.name, row.version],
            first_seen.get((row.name, row.version), row.last_at),
        )
        for row in rows
    )


def methods_shown(
    rows: Sequence[UsageCount], latencies: Iterable[UsageLatency]
) -> tuple[Method, ...]:
    return tuple(Method(method=row.name, **usage) for row, usage in _usages(rows, latencies))


def tools_shown(rows: Sequence[UsageCount], latencies: Iterable[UsageLatency]) -> tuple[Tool, ...]:
    return tuple(
        Tool(tool=row.name, space_id=row.space_id, **usage)
        for row, usage in _usages(rows, latencies)
    )


def _client(row: ClientCount, spoken: Sequence[ClientProtocol], first_seen: datetime) -> Client:
    protocols = {Protocol(each.era, each.protocol_version) for each in spoken}
    return Client(
        name=row.name,
        version=row.version,
        protocols=tuple(sorted(protocols, key=lambda each: each.version, reverse=True)),
        transports=tuple(sorted({each.transport for each in spoken})),
        requests=row.messages,
        tool_calls=row.tool_calls,
        errors=row.errors,
        anonymous=row.anonymous,
        authenticated=row.messages - row.anonymous - row.refused,
        refused=row.refused,
        first_seen=first_seen,
        last_seen=row.last_at,
    )


def _usages(
    rows: Sequence[UsageCount], latencies: Iterable[UsageLatency]
) -> Iterator[tuple[UsageCount, dict[str, Any]]]:
    by_name: dict[tuple[str, str], list[UsageLatency]] = defaultdict(list)
    for latency in latencies:
        by_name[latency.name, latency.space_id].append(latency)
    for row in rows:
        histogram = merged(by_name[row.name, row.space_id])
        yield (
            row,
            {
                "calls": row.messages,
                "limited": row.limited,
                "errors": row.errors,
                "error_rate": rate(row.errors, row.messages - row.limited),
                "p50_ms": _rounded(percentile(histogram, 0.50)),
                "p95_ms": _rounded(percentile(histogram, 0.95)),
                "notifications_sent": row.notifications_sent,
                "last_called": row.last_at,
            },
        )


def merged(latencies: Iterable[UsageLatency]) -> dict[int, int]:
    """Return one histogram of them all."""
    histogram: dict[int, int] = defaultdict(int)
    for row in latencies:
        histogram[row.bucket] += row.messages
    return histogram


def _rounded(duration_ms: float | None) -> float | None:
    return None if duration_ms is None else round(duration_ms, 3)
