"""What waits and what is in use in this process, now. For pages, and for Prometheus' gauges."""

from typing import Any, NamedTuple

from django.db import connection

from accounts.database import changes, lookups, notes
from accounts.outgoing.pools import PoolUse, pools_in_use
from dashboard.background import background
from dashboard.call_log import call_log
from dashboard.hub_counts import hub_counts
from dashboard.recorder import recorder
from dashboard.storer import Storer
from dashboard.stream_counts import stream_counts

DATABASE_THREADS = {
    "lookups": lookups,
    "changes": changes,
    "notes": notes,
    "background": background,
}
STORERS: dict[str, Storer[Any]] = {
    "counts": recorder,
    "calls": call_log,
    "streams": stream_counts,
    "hub": hub_counts,
}


class DatabasePool(NamedTuple):
    """The connections that pages share."""

    idle: int
    used: int
    waiting: int
    """Requests that wait for one."""


class WorkerLoad(NamedTuple):
    database_work_waiting: dict[str, int]
    """By the threads that it waits for."""
    unstored: dict[str, int]
    """Records that the database does not have yet."""
    pools: list[PoolUse]
    """Of outgoing requests."""
    database_pool: DatabasePool | None
    """PostgreSQL's alone, once a page has needed it."""


async def worker_load() -> WorkerLoad:
    """Return that of the running event loop's process."""
    return load_now()


def load_now() -> WorkerLoad:
    """As worker_load, on the event loop."""
    return WorkerLoad(
        {name: threads.waiting for name, threads in DATABASE_THREADS.items()},
        {name: storer.unstored for name, storer in STORERS.items()},
        pools_in_use(),
        _database_pool(),
    )


def _database_pool() -> DatabasePool | None:
    pool = getattr(connection, "pool", None) if connection.vendor == "postgresql" else None
    if pool is None or pool.closed:
        return None
    stats = pool.get_stats()
    size, idle = stats.get("pool_size", 0), stats.get("pool_available", 0)
    return DatabasePool(idle, size - idle, stats.get("requests_waiting", 0))
