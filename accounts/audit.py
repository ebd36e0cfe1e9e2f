"""The audit log of what people and their assistants did; old entries are deleted.

Neither arguments nor credentials are ever in it, so `detail` has to be of our own making.
"""

from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.housekeeping import delete_in_steps, tidy_up_behind
from accounts.models import AuditEvent, User
from accounts.request_ids import current_request_id

Action = AuditEvent.Action
Outcome = AuditEvent.Outcome

OF_CALLS = (
    Action.TOOL_CALL,
    Action.APPROVAL_ASKED,
    Action.APPROVAL_GIVEN,
    Action.APPROVAL_REFUSED,
    Action.APPROVAL_USED,
)
"""Those that come with calls, as many as assistants make."""

MAX_NAME = 120
ROWS_A_STATEMENT = 80
"""Few enough for the number of parameters that SQLite takes."""

request_address: ContextVar[str] = ContextVar("request_address", default="")
"""Whom the request that is handled now came from, set by accounts.middleware."""


def record(
    action: AuditEvent.Action,
    user: User | None = None,
    *,
    outcome: AuditEvent.Outcome = Outcome.OK,
    tool: str = "",
    client: str = "",
    detail: dict[str, Any] | None = None,
) -> None:
    """Add to the log. Within a transaction it stays only if what it tells of does.

    `user` is nobody where somebody tried in vain to be somebody, `client` the name of the app.
    """
    AuditEvent.objects.create(
        at=timezone.now(),
        user=user,
        hf_id=(user and user.hf_id) or "",
        action=action,
        outcome=outcome,
        tool=tool[:MAX_NAME],
        client=client[:MAX_NAME],
        address=request_address.get() if settings.AUDIT_IP else "",
        detail=detail or {},
        request_id=current_request_id(),
    )
    transaction.on_commit(tidy_up_behind, robust=True)


class ToolCall(NamedTuple):
    at: datetime
    user_id: int | None
    tool: str
    outcome: str
    client: str
    duration_ms: float | None
    address: str
    detail: dict[str, str]
    action: str = Action.TOOL_CALL.value
    reason: str = ""
    request_id: str = ""


def write_tool_calls(calls: Sequence[ToolCall]) -> None:
    """Add calls to the log, all of them or none."""
    hf_ids = _hf_ids({call.user_id for call in calls if call.user_id is not None})
    moment = connection.ops.adapt_datetimefield_value
    rows = [
        (
            moment(call.at),
            call.user_id,
            hf_ids.get(call.user_id, "") if call.user_id else "",
            call.action,
            call.outcome,
            call.tool[:MAX_NAME],
            call.client[:MAX_NAME],
            None if call.duration_ms is None else round(call.duration_ms, 3),
            call.address,
            orjson.dumps(call.detail).decode(),
            call.reason,
            call.request_id,
        )
        for call in calls
    ]
    with transaction.atomic():
        for start in range(0, len(rows), ROWS_A_STATEMENT):
            _insert(rows[start : start + ROWS_A_STATEMENT])


_COLUMNS = (
    "at",
    "user_id",
    "hf_id",
    "action",
    "outcome",
    "tool",
    "client",
    "duration_ms",
    "address",
    "detail",
    "reason",
    "request_id",
)


def _insert(rows: Sequence[tuple[Any, ...]]) -> None:
    # bulk_create takes ten times as long, in a process that has calls to answer.
    quote = connection.ops.quote_name
    columns = ", ".join(map(quote, _COLUMNS))
    places = ", ".join([f"({', '.join(['%s'] * len(_COLUMNS))})"] * len(rows))
    # Only names out of our own model are put into the statement; values are parameters.
    statement = f"INSERT INTO {quote(AuditEvent._meta.db_table)} ({columns}) VALUES {places}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in rows for value in row])


def _hf_ids(user_ids: Iterable[int]) -> dict[int, str]:
    known = User.objects.filter(pk__in=user_ids).values_list("pk", "hf_id")
    return {user_id: hf_id or "" for user_id, hf_id in known}


def forget_old(now: datetime) -> int:
    """Forget what is older than AUDIT_RETENTION_DAYS; return how many rows that were."""
    since = now - timedelta(days=settings.AUDIT_RETENTION_DAYS)
    return delete_in_steps(AuditEvent.objects.filter(at__lt=since).order_by("at"))


def forget_surplus(now: datetime) -> int:
    """Keep the log below AUDIT_MAX_ROWS calls; return how many rows went.

    Those of nobody go first, so that nobody can push out with a flood of calls what they did; what
    is not a call stays, being limited by itself.
    """
    calls = AuditEvent.objects.filter(action__in=OF_CALLS)
    surplus = calls.count() - settings.AUDIT_MAX_ROWS
    removed = 0
    for some in (calls.filter(user=None), calls):
        if surplus > removed:
            removed += delete_in_steps(some.order_by("at"), surplus - removed)
    return removed
