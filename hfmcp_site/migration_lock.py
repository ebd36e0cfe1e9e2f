"""One process at a time migrates a database; the others wait, and then find nothing to do."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper

ADVISORY_LOCK = 0x68666D6370  # "hfmcp"
WAIT_SECONDS = 1_800.0
ASK_AGAIN_SECONDS = 0.3


class LockTaken(Exception):
    """Another process has migrated for longer than anybody should wait."""


@contextmanager
def alone_on(
    connection: BaseDatabaseWrapper,
    *,
    tell: Callable[[], None],
    wait_seconds: float = WAIT_SECONDS,
) -> Iterator[None]:
    """Hold the lock; `tell` is called once where another process has it. Raises LockTaken."""
    lock = _advisory_lock if connection.vendor == "postgresql" else _file_lock
    with lock(connection, lambda take: _take(take, tell, wait_seconds)):
        yield


def _take(take: Callable[[], bool], tell: Callable[[], None], wait_seconds: float) -> None:
    if take():
        return
    tell()
    deadline = time.monotonic() + wait_seconds
    while not take():
        if time.monotonic() > deadline:
            raise LockTaken(f"Another process has migrated this database for {wait_seconds:g} s.")
        time.sleep(ASK_AGAIN_SECONDS)


Waiting = Callable[[Callable[[], bool]], None]


@contextmanager
def _advisory_lock(connection: BaseDatabaseWrapper, wait: Waiting) -> Iterator[None]:
    """PostgreSQL gives it back when the connection ends, however that happens."""

    def take() -> bool:
        # Asked again and again: a statement that waits for the lock has a snapshot, for whose end
        # a migration that makes an index concurrently would wait in turn.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK])
            return bool(cursor.fetchone()[0])

    wait(take)
    try:
        with connection.cursor() as cursor:
            # Requests have a limit; an index of a large table takes as long as it takes.
            cursor.execute("SET statement_timeout = 0")
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
                cursor.execute("RESET statement_timeout")


@contextmanager
def _file_lock(connection: BaseDatabaseWrapper, wait: Waiting) -> Iterator[None]:
    """For SQLite; the system gives it back when the process ends."""
    name = str(connection.settings_dict["NAME"])
    if ":memory:" in name or "mode=memory" in name:
        yield
        return
    with Path(f"{name}.migrating").open("w") as file:

        def take() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        wait(take)
        yield
