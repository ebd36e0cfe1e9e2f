"""Looks at queues, streams, pools and caches of this process, for Prometheus' gauges.

Each worker does so every few seconds, as one of them is asked for what all have.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from prometheus_client import Gauge

from accounts.behind import start_task
from accounts.caching import caches
from accounts.database import changes, lookups, notes
from accounts.outgoing.pools import places_in_use
from dashboard.background import background
from dashboard.call_log import call_log
from dashboard.recorder import recorder
from dashboard.storer import Storer
from dashboard.stream_counts import stream_counts
from hfmcp_site.monitoring.instruments import registry
from mcpendpoint.push.streams import open_streams

LOOK_EVERY_SECONDS = 5.0

DATABASE_THREADS = {
    "lookups": lookups,
    "changes": changes,
    "notes": notes,
    "background": background,
}
STORERS: dict[str, Storer[Any]] = {"counts": recorder, "calls": call_log, "streams": stream_counts}


def _gauge(name: str, text: str, *labels: str) -> Gauge:
    return Gauge(name, text, labels, registry=registry, multiprocess_mode="livesum")


_in_progress = _gauge("hfmcp_http_requests_in_progress", "HTTP requests, open streams with them.")
_streams = _gauge("hfmcp_open_streams", "Streams that stay open, for what is announced.")
_waiting = _gauge("hfmcp_database_work_waiting", "Work that waits for a thread.", "threads")
_unstored = _gauge("hfmcp_unstored_records", "Records that the database does not have yet.", "kind")
_pool_size = _gauge("hfmcp_database_pool_connections", "Connections of the pages' pool.", "state")
_pool_waiting = _gauge("hfmcp_database_pool_waiting", "Requests that wait for a connection.")
_outgoing = _gauge("hfmcp_outgoing_requests_in_progress", "Requests to other servers.", "pool")
_cache_entries = _gauge("hfmcp_cache_entries", "What all caches of callers' values hold.")
_cache_bytes = _gauge("hfmcp_cache_bytes", "What all caches of callers' values take.")


@dataclass
class InProgress:
    """HTTP requests that this process is answering."""

    count: int = field(default=0)


in_progress = InProgress()


def look() -> None:
    """Set all gauges of this process; on the event loop."""
    _in_progress.set(in_progress.count)
    _streams.set(len(open_streams))
    for name, threads in DATABASE_THREADS.items():
        _waiting.labels(name).set(threads.waiting)
    for name, storer in STORERS.items():
        _unstored.labels(name).set(storer.unstored)
    for name, count in places_in_use():
        _outgoing.labels(name).set(count)
    for name, value in _pool_stats():
        _pool_size.labels(name).set(value)
    entries, size = 0, 0
    for cache in caches():
        entries, size = entries + len(cache), size + cache.total_bytes
    _cache_entries.set(entries)
    _cache_bytes.set(size)


def start_looking() -> None:
    """Look from time to time, from now on."""
    start_task(_look_for_ever())


async def _look_for_ever() -> None:
    while True:
        look()
        await asyncio.sleep(LOOK_EVERY_SECONDS)


def _pool_stats() -> Iterator[tuple[str, int]]:
    """PostgreSQL's alone has one."""
    pool = getattr(connection, "pool", None) if connection.vendor == "postgresql" else None
    if pool is None or pool.closed:  # as it is until a page needs it
        return
    stats = pool.get_stats()
    size, idle = stats.get("pool_size", 0), stats.get("pool_available", 0)
    _pool_waiting.set(stats.get("requests_waiting", 0))
    yield "idle", idle
    yield "used", size - idle
