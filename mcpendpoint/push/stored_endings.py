"""Which sessions were ended, in the database. For threads."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from accounts.housekeeping import delete_beyond, delete_in_steps
from mcpendpoint.models import EndedSession

KEPT = timedelta(days=1)
MAX_KEPT = 50_000

READ_AGAIN = 100
"""Rows before the last one that was read: a row is seen when its transaction ends, and others may
have ended before."""

Found = Sequence[tuple[int, str]]


def store(number: str) -> None:
    EndedSession.objects.create(number=number)


def read(last: int | None) -> Found:
    """Return those that were stored after a row, the newest first; all for None."""
    rows = EndedSession.objects.order_by("-pk").values_list("pk", "number")
    if last is not None:
        rows = rows.filter(pk__gt=last - READ_AGAIN)
    return list(rows[:MAX_KEPT])


def forget_old(now: datetime) -> int:
    rows = EndedSession.objects.order_by("pk")
    return delete_in_steps(rows.filter(at__lt=now - KEPT)) + delete_beyond(MAX_KEPT, rows)
