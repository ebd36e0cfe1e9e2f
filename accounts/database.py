"""Runs database work for the event loop, on a few threads whose connections are their own.

`database_sync_to_async` has one thread for everybody outside of Django's stock handler, so one slow
query would stop them all; and a pool that pages use as well could be emptied by them.
"""

import asyncio
import threading
import time
from collections import ChainMap
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, ParamSpec, TypeVar, cast

from asgiref.sync import AsyncToSync, SyncToAsync, sync_to_async
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections

P = ParamSpec("P")
T = TypeVar("T")

UNAVAILABLE = (OperationalError, InterfaceError)
"""What it is called when the database is away, busy, locked or full: the same may work later."""

RETRY_AFTER_SECONDS = 5
"""What callers are told then."""

MAX_WAITING = 1_000
CHANGE_THREADS = 2
NOTE_THREADS = 1
CHECK_AFTER_IDLE_SECONDS = 1.0
"""A connection that was good just now is not asked whether it is: that is a third of a look-up."""

_thread = threading.local()


class DatabaseBusy(OperationalError):
    """The work was not done in time, or not begun because too much is waiting already."""


class DatabaseThreads:
    """Threads that each keep one connection of their own."""

    def __init__(self, name: str, max_workers: int, max_waiting: int = MAX_WAITING) -> None:
        self._threads = ThreadPoolExecutor(max_workers, name, initializer=_take_own_connection)
        self._places = threading.BoundedSemaphore(max_workers + max_waiting)

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Raises DatabaseBusy when too much is waiting already."""
        if not self._places.acquire(blocking=False):
            raise DatabaseBusy
        context = copy_context()
        future = self._threads.submit(context.run, _run, partial(work, *args, **kwargs))
        future.add_done_callback(lambda _: self._places.release())
        return future

    async def run(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises DatabaseBusy when the work is not done in time.

        Within a request of Django's own handler it is done on that request's thread, in the
        transaction that may be open there.
        """
        if _has_own_thread():
            return await sync_to_async(work)(*args, **kwargs)
        future = self.submit(work, *args, **kwargs)
        try:
            async with asyncio.timeout(settings.DATABASE_WAIT_SECONDS):
                return await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise DatabaseBusy from error

    @property
    def waiting(self) -> int:
        """How much work no thread has begun."""
        return self._threads._work_queue.qsize()

    def close(self) -> None:
        """End the threads, and with them their connections."""
        self._threads.shutdown()


def lift_statement_limit(using: str, **kwargs: Any) -> None:
    """Let a migration take as long as it needs (a receiver of pre_migrate)."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")


def _has_own_thread() -> bool:
    if getattr(AsyncToSync.executors, "current", None) is not None:
        return True
    request = SyncToAsync.thread_sensitive_context.get(None)
    return request is not None and not request._exited  # work that others share may outlive it


def _take_own_connection() -> None:
    """Give this thread a connection that is not of the pool, and stays open."""
    shared = connections.settings[DEFAULT_DB_ALIAS]
    options = {name: value for name, value in shared["OPTIONS"].items() if name != "pool"}
    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    # A view, not a copy: tests give the database another name once they made it.
    own = ChainMap({"OPTIONS": options, "CONN_MAX_AGE": None}, shared)
    connection.settings_dict = cast(dict[str, Any], own)
    connections[DEFAULT_DB_ALIAS] = connection


def _run(work: Callable[[], T]) -> T:
    connection = connections[DEFAULT_DB_ALIAS]
    if time.monotonic() - getattr(_thread, "used_at", 0.0) > CHECK_AFTER_IDLE_SECONDS:
        connection.health_check_done = False  # type: ignore[attr-defined] # so the next statement comes after a check
    try:
        return work()
    except UNAVAILABLE:
        connection.close()
        raise
    finally:
        _thread.used_at = time.monotonic()


lookups = DatabaseThreads("lookups", settings.DATABASE_THREADS)
"""For reading, which waits for nobody: who asks, and what they may do."""

changes = DatabaseThreads("changes", CHANGE_THREADS)
"""For writing, which may have to wait for a lock."""

notes = DatabaseThreads("notes", NOTE_THREADS)
"""For writing what no request waits for."""
