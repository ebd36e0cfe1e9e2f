"""Reads counts back for a page. Synchronous: call it off the event loop.

Totals are sums of everything in the range; lists have the biggest first, and only so many rows.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet, Sum

from dashboard.metrics import (
    ERRORS,
    ClientCount,
    ClientProtocol,
    Counts,
    LimitCount,
    PeriodCount,
    PeriodLatency,
    Snapshot,
    Sums,
    UsageCount,
    UsageLatency,
    build_snapshot,
)
from dashboard.models import ClientSeen, LatencyCount, MessageCount
from dashboard.ranges import MINUTE, Range, floor
from dashboard.reading_connections import read_connections
from dashboard.tally import ANONYMOUS
from dashboard.upserts import digest
from mcpendpoint.protocol.records import REFUSED

ROWS = 1_000
"""Of each list, where nobody asks for fewer."""

MAX_PROTOCOL_ROWS = 5_000
RECENT = timedelta(minutes=5)

_errors = Sum("count", filter=Q(outcome__in=ERRORS), default=0)
_tool_calls = Sum("count", filter=Q(method="tools/call"), default=0)
_anonymous = Sum("count", filter=Q(credential=ANONYMOUS), default=0)
_refused = Sum("count", filter=Q(credential=REFUSED), default=0)

Messages = QuerySet[MessageCount]
Latencies = QuerySet[LatencyCount]


def read_snapshot(shown: Range, now: datetime, rows: int = ROWS) -> Snapshot:
    """Return what is shown of a range, with at most `rows` clients, methods and tools each."""
    return build_snapshot(shown, now, _read_counts(shown, now, rows))


def _read_counts(shown: Range, now: datetime, rows: int) -> Counts:
    in_range = Q(step_seconds=shown.step_seconds, period__gte=shown.periods(now)[0])
    messages = MessageCount.objects.filter(in_range).order_by()
    latencies = LatencyCount.objects.filter(in_range).order_by()
    tool_messages = messages.exclude(tool="")
    clients = _biggest_clients(messages, rows)
    methods = _biggest(messages, ("method",), rows)
    tools = _biggest(tool_messages, ("tool", "space_id"), rows)
    return Counts(
        sums=_sums(messages, now),
        periods=[
            PeriodCount(*row)
            for row in messages.values_list("period", "outcome").annotate(Sum("count"))
        ],
        period_latencies=[
            PeriodLatency(*row)
            for row in latencies.values_list("period", "bucket").annotate(Sum("count"))
        ],
        clients=clients,
        client_protocols=_protocols(messages, clients),
        methods=methods,
        method_latencies=_method_latencies(latencies, methods),
        tools=tools,
        tool_latencies=_tool_latencies(latencies, tools),
        limits=[
            LimitCount(*row)
            for row in messages.exclude(limit="").values_list("limit").annotate(Sum("count"))
        ],
        connections=read_connections(in_range, now, rows),
        last_minutes=_last_minutes(now),
        first_seen=_first_seen((row.name, row.version) for row in clients),
    )


def _sums(messages: Messages, now: datetime) -> Sums:
    clients = messages.values("client_name", "client_version").distinct()
    totals = messages.aggregate(
        tool_calls=_tool_calls,
        notifications_sent=Sum("notifications_sent", default=0),
        anonymous=_anonymous,
        refused=_refused,
        methods=Count("method", distinct=True),
    )
    return Sums(
        **totals,
        clients=clients.count(),
        clients_recent=clients.filter(last_at__gt=now - RECENT).count(),
        tools=messages.exclude(tool="").values("tool", "space_id").distinct().count(),
    )


def _biggest(messages: Messages, name: tuple[str, ...], rows: int) -> list[UsageCount]:
    found = (
        messages.values_list(*name)
        .annotate(
            total=Sum("count"),
            errors=_errors,
            notified=Sum("notifications_sent"),
            latest=Max("last_at"),
        )
        .order_by("-total", *name)[:rows]
    )
    padding = [""] * (2 - len(name))
    return [UsageCount(*row[: len(name)], *padding, *row[len(name) :]) for row in found]


def _biggest_clients(messages: Messages, rows: int) -> list[ClientCount]:
    found = (
        messages.values_list("client_name", "client_version")
        .annotate(
            total=Sum("count"),
            tool_calls=_tool_calls,
            errors=_errors,
            anonymous=_anonymous,
            refused=_refused,
            latest=Max("last_at"),
        )
        .order_by("-total", "client_name", "client_version")[:rows]
    )
    return [ClientCount(*row) for row in found]


def _protocols(messages: Messages, clients: Iterable[ClientCount]) -> list[ClientProtocol]:
    found = (
        messages.filter(client_name__in={row.name for row in clients})
        .values_list("client_name", "client_version", "era", "protocol_version", "transport")
        .distinct()[:MAX_PROTOCOL_ROWS]
    )
    return [ClientProtocol(*row) for row in found]


def _method_latencies(latencies: Latencies, methods: Iterable[UsageCount]) -> list[UsageLatency]:
    found = latencies.filter(method__in=[row.name for row in methods])
    return [
        UsageLatency(method, "", bucket, count)
        for method, bucket, count in found.values_list("method", "bucket").annotate(Sum("count"))
    ]


def _tool_latencies(latencies: Latencies, tools: Iterable[UsageCount]) -> list[UsageLatency]:
    found = latencies.filter(tool__in={row.name for row in tools})
    return [
        UsageLatency(*row)
        for row in found.values_list("tool", "space_id", "bucket").annotate(Sum("count"))
    ]


def _last_minutes(now: datetime) -> dict[datetime, int]:
    since = floor(now.timestamp(), MINUTE) - timedelta(minutes=1)
    rows = MessageCount.objects.filter(step_seconds=MINUTE, period__gte=since)
    return dict(rows.order_by().values_list("period").annotate(Sum("count")))


def _first_seen(clients: Iterable[tuple[str, str]]) -> dict[tuple[str, str], datetime]:
    rows = ClientSeen.objects.filter(digest__in={digest(*client) for client in clients})
    return {(row.name, row.version): row.first_at for row in rows}
