"""Reads counts back for a page. Synchronous: call it off the event loop.

Totals are sums of everything in the range; lists have the biggest first, and only so many rows.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, Sum

from dashboard.counts import (
    Before,
    ClientProtocol,
    Counts,
    LimitCount,
    PeriodCount,
    Sums,
    UsageLatency,
)
from dashboard.metrics import Snapshot, build_snapshot
from dashboard.models import (
    ClientCount,
    ClientSeen,
    LatencyCount,
    MessageCount,
    MethodLatency,
    ToolCount,
    TrafficCount,
)
from dashboard.periods import by_period, counted, latencies_by_period
from dashboard.ranges import MINUTE, Range, floor
from dashboard.reading_connections import read_connections
from dashboard.reading_lists import CLIENTS, METHODS, SPACES, TOOLS
from dashboard.tally import ANONYMOUS
from dashboard.upserts import digest
from mcpendpoint.protocol.records import ERRORS, REFUSED, Outcome

ROWS = 1_000
"""Of each list, where nobody asks for fewer."""

MAX_PROTOCOL_ROWS = 5_000
RECENT = timedelta(minutes=5)


def read_snapshot(shown: Range, now: datetime, rows: int = ROWS) -> Snapshot:
    """Return what is shown of a range, with at most `rows` clients, methods and tools each."""
    return build_snapshot(shown, now, _read_counts(shown, now, rows))


def read_traffic(shown: Range, **which: str) -> list[PeriodCount]:
    """Return how many messages of each outcome there were, by the range's own step."""
    rows = by_period(TrafficCount, shown).filter(**which)
    return [
        PeriodCount(*row) for row in rows.values_list("period", "outcome").annotate(Sum("count"))
    ]


def read_before(shown: Range) -> Before:
    return read_sums(shown.before)


def read_sums(shown: Range) -> Before:
    return Before(
        **counted(TrafficCount, shown).aggregate(
            requests=Sum("count", default=0),
            tool_calls=Sum("count", filter=Q(method="tools/call"), default=0),
            errors=Sum("count", filter=Q(outcome__in=ERRORS), default=0),
            limited=Sum("count", filter=Q(outcome=Outcome.LIMITED), default=0),
        )
    )


def _read_counts(shown: Range, now: datetime, rows: int) -> Counts:
    clients, all_clients = CLIENTS.biggest(counted(ClientCount, shown), rows)
    methods, all_methods = METHODS.biggest(counted(TrafficCount, shown), rows)
    tools, all_tools = TOOLS.biggest(counted(ToolCount, shown), rows)
    spaces, all_spaces = SPACES.biggest(of_spaces(shown), rows)
    return Counts(
        sums=Sums(
            **_totals(shown),
            clients=all_clients,
            clients_recent=ClientSeen.objects.filter(last_at__gt=now - RECENT).count(),
            methods=all_methods,
            tools=all_tools,
            spaces=all_spaces,
        ),
        periods=read_traffic(shown),
        period_latencies=latencies_by_period(MethodLatency, shown),
        clients=clients,
        client_protocols=read_protocols(shown, {row.name for row in clients}),
        methods=methods,
        method_latencies=read_method_latencies(shown),
        tools=tools,
        tool_latencies=read_tool_latencies(shown, {row.name for row in tools}),
        spaces=spaces,
        space_latencies=read_space_latencies(shown, {row.space_id for row in spaces}),
        reasons=read_reasons(shown),
        limits=[
            LimitCount(*row)
            for row in counted(TrafficCount, shown)
            .exclude(limit="")
            .values_list("limit")
            .annotate(Sum("count"))
        ],
        connections=read_connections(shown, now, rows),
        last_minutes=_last_minutes(now) if shown.lasts else {},
        first_seen=read_first_seen((row.name, row.version) for row in clients),
    )


def _totals(shown: Range) -> dict[str, int]:
    return counted(TrafficCount, shown).aggregate(
        tool_calls=Sum("count", filter=Q(method="tools/call"), default=0),
        notifications_sent=Sum("notifications_sent", default=0),
        anonymous=Sum("count", filter=Q(credential=ANONYMOUS), default=0),
        refused=Sum("count", filter=Q(credential=REFUSED), default=0),
    )


def read_protocols(shown: Range, clients: Iterable[str]) -> list[ClientProtocol]:
    found = (
        counted(MessageCount, shown)
        .filter(client_name__in=set(clients))
        .values_list("client_name", "client_version", "era", "protocol_version", "transport")
        .distinct()[:MAX_PROTOCOL_ROWS]
    )
    return [ClientProtocol(*row) for row in found]


def read_method_latencies(shown: Range) -> list[UsageLatency]:
    found = counted(MethodLatency, shown).values_list("method", "bucket")
    return [
        UsageLatency(method, "", bucket, count)
        for method, bucket, count in found.annotate(Sum("count"))
    ]


def read_tool_latencies(shown: Range, tools: Iterable[str]) -> list[UsageLatency]:
    found = (
        counted(LatencyCount, shown)
        .filter(tool__in=set(tools))
        .values_list("tool", "space_id", "bucket")
        .annotate(Sum("count"))
    )
    return [UsageLatency(*row) for row in found]


def read_space_latencies(shown: Range, spaces: Iterable[str]) -> list[UsageLatency]:
    found = (
        counted(LatencyCount, shown)
        .filter(space_id__in=set(spaces))
        .values_list("space_id", "bucket")
        .annotate(Sum("count"))
    )
    return [UsageLatency("", *row) for row in found]


def of_spaces(shown: Range) -> QuerySet[ToolCount]:
    return counted(ToolCount, shown).exclude(space_id="")


def read_reasons(shown: Range) -> list[tuple[str, int]]:
    found = counted(TrafficCount, shown).exclude(reason="").values_list("reason")
    return [*found.annotate(total=Sum("count")).order_by("-total", "reason")]


def read_first_seen(clients: Iterable[tuple[str, str]]) -> dict[tuple[str, str], datetime]:
    rows = ClientSeen.objects.filter(digest__in={digest(*client) for client in clients})
    return {(row.name, row.version): row.first_at for row in rows}


def _last_minutes(now: datetime) -> dict[datetime, int]:
    since = floor(now.timestamp(), MINUTE) - timedelta(minutes=1)
    rows = TrafficCount.objects.filter(step_seconds=MINUTE, period__gte=since)
    return dict(rows.order_by().values_list("period").annotate(Sum("count")))
