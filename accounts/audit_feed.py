"""The audit log from the oldest to the newest, for another system that reads on where it stopped.

Ids are given when rows are written and rows are seen when transactions end, so a row may come to be
seen after others with higher ids. A reader that goes on after the highest id would miss it. So the
log is read up to a place below which nothing is being written any more.
"""

import time
from collections.abc import Iterator
from datetime import datetime

from django.db import connection
from django.db.models import Max, Min

from accounts.models import AuditEvent

ROWS_AT_ONCE = 1_000
WAIT_SECONDS = 60.0
ASK_AGAIN_SECONDS = 0.05


class StillWriting(Exception):
    """A transaction that began long ago may still add to what is to be read."""


def first_id_since(moment: datetime) -> int:
    """Return the id before the first event of that time or later; events come a little late."""
    found = AuditEvent.objects.filter(at__gte=moment).aggregate(first=Min("pk"))["first"]
    return (found or _last_id() + 1) - 1


def events_after(last: int, since: datetime | None = None) -> Iterator[AuditEvent]:
    """Yield all events with higher ids that are there for good, in the order of their ids."""
    end = _settled_end()
    events = AuditEvent.objects.select_related("user").filter(pk__lte=end).order_by("pk")
    if since is not None:
        events = events.filter(at__gte=since)
    while chunk := list(events.filter(pk__gt=last)[:ROWS_AT_ONCE]):
        yield from chunk
        last = chunk[-1].pk


def _settled_end() -> int:
    """Return an id up to which nothing is being written. Raises StillWriting."""
    end = _last_id()
    if connection.vendor == "postgresql":
        writing = _writers()
        deadline = time.monotonic() + WAIT_SECONDS
        while writing := writing & _writers():
            if time.monotonic() > deadline:
                raise StillWriting
            time.sleep(ASK_AGAIN_SECONDS)
    return end


def _writers() -> set[str]:
    """Return other transactions that have written to the log and not ended.

    Whoever writes takes this lock before an id:
    https://www.postgresql.org/docs/current/explicit-locking.html
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND granted "
            "AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid() "
            "AND relation = %s::regclass AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())",
            [AuditEvent._meta.db_table],
        )
        return {row[0] for row in cursor.fetchall()}


def _last_id() -> int:
    return AuditEvent.objects.aggregate(last=Max("pk"))["last"] or 0
