"""The same numbers as huggingface/hf-mcp-server tells at /api/transport-metrics, for programs that
read them there.

Names and meanings are those of its packages/app/src/shared/transport-metrics.ts, which counts in
memory from its start on: ours count from the first day that is kept, of all workers. What is not
known here is left out, but for `byClient`, which readers expect and which is empty there, too, of
requests that name no client.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from dashboard.connections_shown import ClientStreams, StreamNow
from dashboard.counts import rate
from dashboard.metrics import Client
from dashboard.models import ToolCount, TrafficCount
from dashboard.periods import counted
from dashboard.ranges import DAY, MINUTE, RANGES, Range, floor
from dashboard.reading import of_spaces, read_snapshot
from mcpendpoint.protocol.records import ERRORS, Outcome

CALL = "tools/call"
MOST = 1_000
"""Of methods and tools."""

_STATES = {"connected": "Connected", "distressed": "Distressed", "gone": "Disconnected"}


def read_transport_metrics(now: datetime) -> dict[str, Any]:
    """Synchronous, as dashboard.reading."""
    shown = RANGES["1y"].at(now)
    snapshot = read_snapshot(shown, now)
    totals, outcomes = snapshot.totals, snapshot.totals.outcomes
    began = _first_day(shown) or now
    pings = snapshot.connections.happened.pings
    streams = {(each.name, each.version): each for each in snapshot.connections.clients}
    return {
        "transport": "streamableHttpJson",
        "isStateless": True,
        "startupTime": began,
        "currentTime": now,
        "uptimeSeconds": int((now - began).total_seconds()),
        "connections": {
            "active": totals.open_streams,
            "total": totals.requests,
            "authenticated": totals.authenticated,
            "denied": totals.refused,
            "anonymous": totals.anonymous,
        },
        "requests": {
            "total": totals.requests,
            "averagePerMinute": _a_minute(totals.requests, now - began),
            "lastMinute": round(totals.requests_per_minute),
            "lastHour": _rate_of_last(60, now, began),
            "last3Hours": _rate_of_last(180, now, began),
        },
        "pings": {"sent": pings.sent, "successful": pings.answered, "failed": pings.lost},
        "errors": {
            "expected": sum(outcomes[each] for each in (Outcome.REJECTED, Outcome.DENIED))
            + totals.limited,
            "unexpected": outcomes[Outcome.FAILED],
        },
        "clients": [
            _client(client, streams.get((client.name, client.version)))
            for client in snapshot.clients
        ],
        "sessions": [_session(stream) for stream in snapshot.connections.streams],
        "methods": [*_methods(shown, began), *_tools(shown, began)],
        "gradioMetrics": _of_spaces(shown),
    }


def _first_day(shown: Range) -> datetime | None:
    """Return when the first day that is kept began."""
    days = TrafficCount.objects.filter(step_seconds=DAY, period__gte=shown.start)
    return days.order_by("period").values_list("period", flat=True).first()


def _rate_of_last(minutes: int, now: datetime, began: datetime) -> float:
    since = floor(now.timestamp(), MINUTE) - timedelta(minutes=minutes - 1)
    rows = TrafficCount.objects.filter(step_seconds=MINUTE, period__gte=since)
    count = rows.aggregate(total=Sum("count", default=0))["total"]
    return _a_minute(count, min(timedelta(minutes=minutes), now - began))


def _a_minute(count: int, time: timedelta) -> float:
    return round(count / max(time.total_seconds() / 60, 1), 2)


def _client(client: Client, streams: ClientStreams | None) -> dict[str, Any]:
    is_open = streams.subscriptions + streams.sessions if streams else 0
    return {
        "name": client.name,
        "version": client.version,
        "requestCount": client.requests,
        "firstSeen": client.first_seen,
        "lastSeen": client.last_seen,
        "isConnected": is_open > 0,
        "activeConnections": is_open,
        "totalConnections": client.requests,
        "toolCallCount": client.tool_calls,
        "anonCount": client.anonymous,
        "protocols": [{"era": each.era, "version": each.version} for each in client.protocols],
    }


def _session(stream: StreamNow) -> dict[str, Any]:
    return {
        "id": stream.session,
        "connectedAt": stream.since,
        "lastActivity": stream.last_sign,
        "clientInfo": {"name": stream.client_name, "version": stream.client_version},
        "isConnected": stream.ended_at is None,
        "connectionStatus": _STATES[stream.state],
    }


def _methods(shown: Range, began: datetime) -> Iterator[dict[str, Any]]:
    """Yield all but calls of tools, which are told by tool."""
    rows = counted(TrafficCount, shown).exclude(method__in=("", CALL)).values_list("method")
    errors = Sum("count", filter=Q(outcome__in=ERRORS), default=0)
    return _told(rows.annotate(total=Sum("count"), wrong=errors, **_TIMES), began)


def _tools(shown: Range, began: datetime) -> Iterator[dict[str, Any]]:
    rows = counted(ToolCount, shown).values_list("tool")
    return _told(
        rows.annotate(total=Sum("count"), wrong=Sum("errors"), **_TIMES), began, f"{CALL}:"
    )


_TIMES = {"took": Sum("duration_ms"), "first": Min("period"), "last": Max("last_at")}


def _told(rows: QuerySet[Any, Any], began: datetime, prefix: str = "") -> Iterator[dict[str, Any]]:
    for name, total, errors, took_ms, first, last in rows.order_by("-total")[:MOST]:
        yield {
            "method": f"{prefix}{name}",
            "count": total,
            # A long period begins before what is counted in it.
            "firstCalled": max(first, began),
            "lastCalled": last,
            "averageResponseTime": round(took_ms / total),
            "errors": errors,
            "errorRate": round(rate(errors, total) * 100, 2),
            "byClient": [],
        }


def _of_spaces(shown: Range) -> dict[str, Any]:
    succeeded = Sum(F("count") - F("errors") - F("limited"))
    rows = of_spaces(shown).values_list("tool").annotate(good=succeeded, bad=Sum("errors"))
    by_tool = {
        tool: {"success": good, "failure": bad}
        for tool, good, bad in rows.order_by("-good", "tool")[:MOST]
    }
    return {
        **of_spaces(shown).aggregate(
            success=Coalesce(succeeded, 0), failure=Sum("errors", default=0)
        ),
        "byTool": by_tool,
    }
