"""The log of what people and their assistants did. It only grows, and forgets what is old.

Neither arguments nor credentials are ever in it, so `detail` has to be of our own making.
"""

from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import AuditEvent, User

Action = AuditEvent.Action
Outcome = AuditEvent.Outcome

MAX_NAME = 120

request_address: ContextVar[str] = ContextVar("request_address", default="")
"""Whom the request that is handled now came from, set by accounts.middleware."""


def record(
    action: AuditEvent.Action,
    user: User | None = None,
    *,
    outcome: AuditEvent.Outcome = Outcome.OK,
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
        client=client[:MAX_NAME],
        address=request_address.get() if settings.AUDIT_IP else "",
        detail=detail or {},
    )
