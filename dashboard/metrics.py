"""What the dashboard shows, made from counts. Pure: the clock and the rows are arguments."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from dashboard.histogram import percentile
from dashboard.ranges import MINUTE, Range
from mcpendpoint.protocol.records import Outcome

SCHEMA_VERSION = 1
ERRORS = frozenset({Outcome.TOOL_ERROR, Outcome.REJECTED, Outcome.DENIED, Outcome.FAILED})
"""All but what went well, what the client itself gave up, and what was not handled."""
ANONYMOUS = "anonymous"
REFUSED = "refused"
RECENT = timedelta(minutes=5)


class PeriodCount(NamedTuple):
    period: datetime
    outcome: str
    messages: int


class CallCount(NamedTuple):
    method: str
    tool: str
    space_id: str
    outcome: str
    messages: int
    notifications_sent: int
    last_at: datetime


class ClientCount(NamedTuple):
    name: str
    version: str
    era: str
    protocol_version: str
    transport: str
    credential: str
    outcome: str
    messages: int
    tool_calls: int
    last_at: datetime


class LimitCount(NamedTuple):
    limit: str
    messages: int


class PeriodLatency(NamedTuple):
    period: datetime
    bucket: int
    messages: int


class CallLatency(NamedTuple):
    method: str
    tool: str
    space_id: str
    bucket: int
    messages: int


@dataclass(frozen=True)
class Counts:
    """What was read from the database for one range."""

    periods: Sequence[PeriodCount] = ()
    calls: Sequence[CallCount] = ()
    clients: Sequence[ClientCount] = ()
    period_latencies: Sequence[PeriodLatency] = ()
    call_latencies: Sequence[CallLatency] = ()
    limits: Sequence[LimitCount] = ()
    last_minutes: Mapping[datetime, int] = field(default_factory=dict)
    """How many messages came in the minute of now and in the one before."""
    first_seen: Mapping[tuple[str, str], datetime] = field(default_factory=dict)


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
    anonymous: int
    authenticated: int
    refused: int
    notifications_sent: int


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
    errors: int
    error_rate: float
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
class Snapshot:
    generated_at: datetime
    range: str
    step_seconds: int
    totals: Totals
    series: tuple[Point, ...]
    clients: tuple[Client, ...]
    methods: tuple[Method, ...]
    tools: tuple[Tool, ...]
    limits: tuple[LimitHits, ...]

    def as_json(self) -> dict[str, Any]:
        return {"version": SCHEMA_VERSION, **asdict(self)}


def build_snapshot(shown: Range, now: datetime, counts: Counts) -> Snapshot:
    clients = _clients(counts)
    return Snapshot(
        generated_at=now,
        range=shown.name,
        step_seconds=shown.step_seconds,
        totals=_totals(now, counts, clients),
        series=_series(shown, now, counts),
        clients=clients,
        methods=_methods(counts),
        tools=_tools(counts),
        limits=tuple(
            LimitHits(*row) for row in sorted(counts.limits, key=lambda row: -row.messages)
        ),
    )


def requests_per_minute(now: datetime, last_minutes: Mapping[datetime, int]) -> float:
    """Estimate how many came in the last 60 seconds from the counts of two calendar minutes."""
    this_minute = now.replace(second=0, microsecond=0)
    before = last_minutes.get(this_minute - timedelta(minutes=1), 0)
    share_of_before = 1 - (now - this_minute).total_seconds() / MINUTE
    return last_minutes.get(this_minute, 0) + before * share_of_before


def _totals(now: datetime, counts: Counts, clients: Sequence[Client]) -> Totals:
    outcomes: dict[str, int] = dict.fromkeys(Outcome, 0)
    for row in counts.calls:
        outcomes[row.outcome] = outcomes.get(row.outcome, 0) + row.messages
    requests = sum(outcomes.values())
    errors = sum(outcomes[outcome] for outcome in ERRORS)
    limited = outcomes[Outcome.LIMITED]
    histogram = _histogram(counts.period_latencies)
    return Totals(
        requests=requests,
        requests_per_minute=round(requests_per_minute(now, counts.last_minutes), 1),
        tool_calls=sum(row.messages for row in counts.calls if row.method == "tools/call"),
        errors=errors,
        error_rate=_rate(errors, requests - limited),
        limited=limited,
        outcomes={str(outcome): count for outcome, count in outcomes.items()},
        latency_ms=Latency(
            p50=_rounded(percentile(histogram, 0.50)),
            p95=_rounded(percentile(histogram, 0.95)),
            p99=_rounded(percentile(histogram, 0.99)),
        ),
        clients=len(clients),
        clients_recent=sum(now - client.last_seen < RECENT for client in clients),
        anonymous=sum(client.anonymous for client in clients),
        authenticated=sum(client.authenticated for client in clients),
        refused=sum(client.refused for client in clients),
        notifications_sent=sum(row.notifications_sent for row in counts.calls),
    )


def _series(shown: Range, now: datetime, counts: Counts) -> tuple[Point, ...]:
    requests: dict[datetime, int] = defaultdict(int)
    errors: dict[datetime, int] = defaultdict(int)
    latencies: dict[datetime, list[PeriodLatency]] = defaultdict(list)
    for row in counts.periods:
        requests[row.period] += row.messages
        if row.outcome in ERRORS:
            errors[row.period] += row.messages
    for latency in counts.period_latencies:
        latencies[latency.period].append(latency)
    return tuple(
        Point(
            at=period,
            requests=requests[period],
            errors=errors[period],
            p95_ms=_rounded(percentile(_histogram(latencies[period]), 0.95)),
        )
        for period in shown.periods(now)
    )


def _clients(counts: Counts) -> tuple[Client, ...]:
    def who(row: ClientCount) -> tuple[str, str]:
        return (row.name, row.version)

    clients = [
        _client(name, version, list(rows), counts.first_seen.get((name, version)))
        for (name, version), rows in groupby(sorted(counts.clients, key=who), key=who)
    ]
    return tuple(sorted(clients, key=lambda each: (-each.requests, each.name, each.version)))


def _client(
    name: str, version: str, rows: Sequence[ClientCount], first_seen: datetime | None
) -> Client:
    requests = sum(row.messages for row in rows)
    anonymous = sum(row.messages for row in rows if row.credential == ANONYMOUS)
    refused = sum(row.messages for row in rows if row.credential == REFUSED)
    last_seen = max(row.last_at for row in rows)
    protocols = {Protocol(row.era, row.protocol_version) for row in rows}
    return Client(
        name=name,
        version=version,
        protocols=tuple(sorted(protocols, key=lambda each: each.version, reverse=True)),
        transports=tuple(sorted({row.transport for row in rows})),
        requests=requests,
        tool_calls=sum(row.tool_calls for row in rows),
        errors=sum(row.messages for row in rows if row.outcome in ERRORS),
        anonymous=anonymous,
        authenticated=requests - anonymous - refused,
        refused=refused,
        first_seen=first_seen or last_seen,
        last_seen=last_seen,
    )


def _methods(counts: Counts) -> tuple[Method, ...]:
    calls: dict[str, list[CallCount]] = defaultdict(list)
    latencies: dict[str, list[CallLatency]] = defaultdict(list)
    for row in counts.calls:
        calls[row.method].append(row)
    for latency in counts.call_latencies:
        latencies[latency.method].append(latency)
    methods = [
        Method(method=method, **_usage(rows, latencies[method])) for method, rows in calls.items()
    ]
    return tuple(sorted(methods, key=lambda each: (-each.calls, each.method)))


def _tools(counts: Counts) -> tuple[Tool, ...]:
    calls: dict[tuple[str, str], list[CallCount]] = defaultdict(list)
    latencies: dict[tuple[str, str], list[CallLatency]] = defaultdict(list)
    for row in counts.calls:
        if row.tool:
            calls[row.tool, row.space_id].append(row)
    for latency in counts.call_latencies:
        latencies[latency.tool, latency.space_id].append(latency)
    tools = [
        Tool(tool=tool, space_id=space_id, **_usage(rows, latencies[tool, space_id]))
        for (tool, space_id), rows in calls.items()
    ]
    return tuple(sorted(tools, key=lambda each: (-each.calls, each.tool, each.space_id)))


def _usage(rows: Sequence[CallCount], latencies: Iterable[CallLatency]) -> dict[str, Any]:
    calls = sum(row.messages for row in rows)
    errors = sum(row.messages for row in rows if row.outcome in ERRORS)
    histogram = _histogram(latencies)
    return {
        "calls": calls,
        "errors": errors,
        "error_rate": _rate(errors, calls),
        "p50_ms": _rounded(percentile(histogram, 0.50)),
        "p95_ms": _rounded(percentile(histogram, 0.95)),
        "notifications_sent": sum(row.notifications_sent for row in rows),
        "last_called": max(row.last_at for row in rows),
    }


def _histogram(latencies: Iterable[PeriodLatency | CallLatency]) -> dict[int, int]:
    histogram: dict[int, int] = defaultdict(int)
    for row in latencies:
        histogram[row.bucket] += row.messages
    return histogram


def _rate(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _rounded(duration_ms: float | None) -> float | None:
    return None if duration_ms is None else round(duration_ms, 3)
