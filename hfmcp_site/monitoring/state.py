"""Looks at queues, streams, pools and caches of this process, for Prometheus' gauges.

Each worker does so every few seconds, as one of them is asked for what all have.
"""

import asyncio
from dataclasses import dataclass, field

from prometheus_client import Gauge

from accounts.behind import start_task
from accounts.caching import caches
from dashboard.worker_load import load_now
from hfmcp_site.monitoring.instruments import count_noted, registry
from mcpendpoint.push.streams import open_streams

LOOK_EVERY_SECONDS = 5.0


def _gauge(name: str, text: str, *labels: str) -> Gauge:
    return Gauge(name, text, labels, registry=registry, multiprocess_mode="livesum")


_in_progress = _gauge("hfmcp_http_requests_in_progress", "HTTP requests, open streams with them.")
_streams = _gauge("hfmcp_open_streams", "Streams that stay open, for what is announced.")
_waiting = _gauge("hfmcp_database_work_waiting", "Work that waits for a thread.", "threads")
_unstored = _gauge("hfmcp_unstored_records", "Records that the database does not have yet.", "kind")
_pool_size = _gauge("hfmcp_database_pool_connections", "Connections of the pages' pool.", "state")
_pool_waiting = _gauge("hfmcp_database_pool_waiting", "Requests that wait for a connection.")
_outgoing = _gauge("hfmcp_outgoing_requests_in_progress", "Requests to other servers.", "pool")
_outgoing_waiting = _gauge(
    "hfmcp_outgoing_requests_waiting", "Requests that wait for a place of their pool.", "pool"
)
_cache_entries = _gauge("hfmcp_cache_entries", "What all caches of callers' values hold.")
_cache_bytes = _gauge("hfmcp_cache_bytes", "What all caches of callers' values take.")


@dataclass
class InProgress:
    """HTTP requests that this process is answering."""

    count: int = field(default=0)


in_progress = InProgress()


def look() -> None:
    """Bring all that this process shows up to date; on the event loop."""
    count_noted()
    _in_progress.set(in_progress.count)
    _streams.set(len(open_streams))
    load = load_now()
    for name, waiting in load.database_work_waiting.items():
        _waiting.labels(name).set(waiting)
    for name, unstored in load.unstored.items():
        _unstored.labels(name).set(unstored)
    for pool in load.pools:
        _outgoing.labels(pool.name).set(pool.taken)
        _outgoing_waiting.labels(pool.name).set(pool.waiting)
    if (connections := load.database_pool) is not None:
        _pool_size.labels("idle").set(connections.idle)
        _pool_size.labels("used").set(connections.used)
        _pool_waiting.set(connections.waiting)
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
