"""Keeps tallies in the database. Synchronous: call it off the event loop."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.housekeeping import delete_in_steps
from dashboard.models import ClientSeen, LatencyCount, MessageCount, StreamCount
from dashboard.ranges import MINUTE, STEPS, TEN_MINUTES, floor
from dashboard.tally import Tally
from dashboard.upserts import ADD, EARLIEST, LATEST, digest, upsert

MAX_CLIENTS_SEEN = 20_000
KEPT = {MINUTE: timedelta(hours=2), TEN_MINUTES: timedelta(days=2)}
"""As long as a page can show them; those of an hour for METRICS_RETENTION_DAYS."""

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
    """Forget what no page can show any more, or METRICS_RETENTION_DAYS has passed for.

    Returns how many rows that were.
    """
    longest = timedelta(days=settings.METRICS_RETENTION_DAYS)
    seen = ClientSeen.objects.order_by("last_at")
    removed = delete_in_steps(seen.filter(last_at__lt=now - longest))
    if (too_many := seen.count() - MAX_CLIENTS_SEEN) > 0:
        removed += delete_in_steps(seen, limit=too_many)
    for step in STEPS:
        oldest = now - min(KEPT.get(step, longest), longest)
        for model in (MessageCount, LatencyCount, StreamCount):
            # The step first, as the index has it.
            old = model._default_manager.filter(step_seconds=step, period__lt=oldest)
            removed += delete_in_steps(old.order_by("period"))
    return removed


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
