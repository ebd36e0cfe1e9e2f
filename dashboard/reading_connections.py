"""Reads back which streams are open, and what became of them. Synchronous, as dashboard.reading."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Sum

from accounts.models import User
from dashboard.connections import ENDED_SHOWN_FOR, GONE_AFTER
from dashboard.connections_shown import (
    Connections,
    EventCount,
    OpenCount,
    StreamNow,
    build_connections,
    stream_now,
)
from dashboard.models import OpenStreams, StreamCount, StreamSample
from dashboard.periods import counted
from dashboard.ranges import Range

MAX_STREAMS = 200
"""Shown one by one."""
MAX_EVENTS_OF_CLIENT = 20


def read_connections(shown: Range, now: datetime, rows: int) -> Connections:
    open_now = OpenStreams.objects.filter(at__gt=now - GONE_AFTER)
    events = counted(StreamCount, shown)
    return build_connections(
        open_now=_by_client(open_now, rows),
        totals=[
            OpenCount("", "", *row)
            for row in open_now.values_list("kind").annotate(Sum("count"), Sum("distressed"))
        ],
        events=_events(events, rows),
        all_events=dict(events.values_list("event").annotate(Sum("count"))),
        streams=_streams(now, min(rows, MAX_STREAMS)),
    )


def stream_of_session(number: str, now: datetime) -> StreamNow | None:
    """Return a stream of a session, if one is open and among those that are shown one by one."""
    return next((each for each in open_streams_one_by_one(now) if each.session == number), None)


def open_streams_one_by_one(now: datetime) -> list[StreamNow]:
    """Return those of all workers that are shown one by one, the newest first."""
    return [each for each in _streams(now, None) if each.ended_at is None]


def _by_client(open_now: QuerySet[OpenStreams], rows: int) -> list[OpenCount]:
    found = (
        open_now.values_list("client_name", "client_version", "kind")
        .annotate(total=Sum("count"), distressed_total=Sum("distressed"))
        .order_by("-total", "client_name", "client_version", "kind")
    )
    return [OpenCount(*row) for row in found[:rows]]


def _events(events: QuerySet[StreamCount], rows: int) -> list[EventCount]:
    clients = (
        events.values_list("client_name", "client_version")
        .annotate(total=Sum("count"))
        .order_by("-total", "client_name", "client_version")[:rows]
    )
    biggest = {(name, version) for name, version, _ in clients}
    found = (
        events.filter(client_name__in={name for name, _ in biggest})
        .values_list("client_name", "client_version", "event")
        .annotate(Sum("count"))[: rows * MAX_EVENTS_OF_CLIENT]
    )
    return [EventCount(*row) for row in found if row[:2] in biggest]


def _streams(now: datetime, rows: int | None) -> list[StreamNow]:
    open_rows: list[dict[str, Any]] = []
    ended: list[dict[str, Any]] = []
    since = (now - ENDED_SHOWN_FOR).timestamp()
    for sample in StreamSample.objects.filter(at__gt=now - ENDED_SHOWN_FOR):
        for row in sample.streams:
            if row["ended_at"] is None and sample.at > now - GONE_AFTER:
                open_rows.append(row)
            elif row["ended_at"] is not None and row["ended_at"] > since:
                ended.append(row)
    open_rows.sort(key=lambda row: -row["opened_at"])
    ended.sort(key=lambda row: -row["ended_at"])
    shown = (open_rows + ended)[:rows]
    ids = {row["user_id"] for row in shown if row["user_id"] is not None}
    usernames = dict(User.objects.filter(pk__in=ids).values_list("pk", "username"))
    return [stream_now(row, usernames) for row in shown]
