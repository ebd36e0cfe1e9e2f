"""Keeps tallies in the database and reads counts back. Synchronous: call it off the event loop."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q, QuerySet, Sum

from accounts.housekeeping import delete_in_steps
from dashboard.metrics import (
    CallCount,
    CallLatency,
    ClientCount,
    Counts,
    LimitCount,
    PeriodCount,
    PeriodLatency,
    Snapshot,
    build_snapshot,
)
from dashboard.models import ClientSeen, LatencyCount, MessageCount
from dashboard.ranges import MINUTE, STEPS, Range, floor
from dashboard.tally import Tally
from dashboard.upserts import ADD, EARLIEST, LATEST, digest, upsert

MAX_CLIENT_ROWS = 2_000
MAX_CALL_ROWS = 3_000
"""Groups read for one page, the biggest first: enough for any honest deployment."""

ROW = ("step_seconds", "period", "digest")


def write(tally: Tally) -> None:
    """Add a tally to what is kept, all of it or nothing."""
    with transaction.atomic():
        upsert(
            MessageCount,
            _message_rows(tally),
            unique=ROW,
            on_conflict={
                "count": ADD,
                "duration_ms": ADD,
                "notifications_sent": ADD,
                "last_at": LATEST,
            },
        )
        upsert(LatencyCount, _latency_rows(tally), unique=ROW, on_conflict={"count": ADD})
        upsert(
            ClientSeen,
            _client_rows(tally),
            unique=("digest",),
            on_conflict={"first_at": EARLIEST, "last_at": LATEST},
        )


def prune(now: datetime) -> int:
    """Forget what is older than METRICS_RETENTION_DAYS; return how many rows that were."""
    oldest = now - timedelta(days=settings.METRICS_RETENTION_DAYS)
    clients = ClientSeen.objects.filter(last_at__lt=oldest).order_by("last_at")
    return delete_in_steps(clients) + sum(
        # The step first, as the index has it.
        delete_in_steps(rows.filter(step_seconds=step, period__lt=oldest).order_by("period"))
        for rows in (MessageCount.objects.all(), LatencyCount.objects.all())
        for step in STEPS
    )


def read_snapshot(shown: Range, now: datetime) -> Snapshot:
    return build_snapshot(shown, now, _read_counts(shown, now))


def _read_counts(shown: Range, now: datetime) -> Counts:
    since = shown.periods(now)[0]
    in_range = Q(step_seconds=shown.step_seconds, period__gte=since)
    messages = MessageCount.objects.filter(in_range).order_by()
    latencies = LatencyCount.objects.filter(in_range).order_by()
    clients = [ClientCount(*row) for row in _by_client(messages)]
    return Counts(
        periods=[
            PeriodCount(*row)
            for row in messages.values_list("period", "outcome").annotate(Sum("count"))
        ],
        calls=[CallCount(*row) for row in _by_call(messages)],
        clients=clients,
        period_latencies=[
            PeriodLatency(*row)
            for row in latencies.values_list("period", "bucket").annotate(Sum("count"))
        ],
        call_latencies=[
            CallLatency(*row)
            for row in latencies.values_list("method", "tool", "space_id", "bucket").annotate(
                Sum("count")
            )
        ],
        limits=[
            LimitCount(*row)
            for row in messages.exclude(limit="").values_list("limit").annotate(Sum("count"))
        ],
        last_minutes=_last_minutes(now),
        first_seen=_first_seen((row.name, row.version) for row in clients),
    )


def _by_call(messages: QuerySet[MessageCount]) -> QuerySet[Any, tuple[Any, ...]]:
    return (
        messages.values_list("method", "tool", "space_id", "outcome")
        .annotate(total=Sum("count"), notified=Sum("notifications_sent"), latest=Max("last_at"))
        .order_by("-total")[:MAX_CALL_ROWS]
    )


def _by_client(messages: QuerySet[MessageCount]) -> QuerySet[Any, tuple[Any, ...]]:
    return (
        messages.values_list(
            "client_name",
            "client_version",
            "era",
            "protocol_version",
            "transport",
            "credential",
            "outcome",
        )
        .annotate(
            total=Sum("count"),
            tool_calls=Sum("count", filter=Q(method="tools/call"), default=0),
            latest=Max("last_at"),
        )
        .order_by("-total")[:MAX_CLIENT_ROWS]
    )


def _last_minutes(now: datetime) -> dict[datetime, int]:
    since = floor(now.timestamp(), MINUTE) - timedelta(minutes=1)
    rows = MessageCount.objects.filter(step_seconds=MINUTE, period__gte=since)
    return dict(rows.order_by().values_list("period").annotate(Sum("count")))


def _first_seen(clients: Iterable[tuple[str, str]]) -> dict[tuple[str, str], datetime]:
    rows = ClientSeen.objects.filter(digest__in={digest(*client) for client in clients})
    return {(row.name, row.version): row.first_at for row in rows}


def _message_rows(tally: Tally) -> list[dict[str, Any]]:
    rows: dict[tuple[int, datetime, str], dict[str, Any]] = {}
    for key, cell in tally.cells.items():
        dimensions = key.dimensions._asdict()
        name = digest(*key.dimensions)
        for step in STEPS:
            period = floor(key.minute, step)
            row = rows.setdefault(
                (step, period, name),
                {
                    "step_seconds": step,
                    "period": period,
                    "digest": name,
                    **dimensions,
                    "count": 0,
                    "duration_ms": 0.0,
                    "notifications_sent": 0,
                    "last_at": cell.last_at,
                },
            )
            row["count"] += cell.count
            row["duration_ms"] += cell.duration_ms
            row["notifications_sent"] += cell.notifications_sent
            row["last_at"] = max(row["last_at"], cell.last_at)
    return list(rows.values())


def _latency_rows(tally: Tally) -> list[dict[str, Any]]:
    rows: dict[tuple[int, datetime, str], dict[str, Any]] = {}
    for key, cell in tally.cells.items():
        call = (key.dimensions.method, key.dimensions.tool, key.dimensions.space_id)
        for bucket, count in cell.latencies.items():
            name = digest(*call, bucket)
            for step in STEPS:
                period = floor(key.minute, step)
                row = rows.setdefault(
                    (step, period, name),
                    {
                        "step_seconds": step,
                        "period": period,
                        "digest": name,
                        **dict(zip(("method", "tool", "space_id"), call, strict=True)),
                        "bucket": bucket,
                        "count": 0,
                    },
                )
                row["count"] += count
    return list(rows.values())


def _client_rows(tally: Tally) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for key, cell in tally.cells.items():
        client = (key.dimensions.client_name, key.dimensions.client_version)
        name = digest(*client)
        row = rows.setdefault(
            name,
            {
                "digest": name,
                "name": client[0],
                "version": client[1],
                "first_at": cell.first_at,
                "last_at": cell.last_at,
            },
        )
        row["first_at"] = min(row["first_at"], cell.first_at)
        row["last_at"] = max(row["last_at"], cell.last_at)
    return list(rows.values())
