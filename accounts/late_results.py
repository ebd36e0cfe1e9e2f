"""Results of calls that took longer than their person lets them: kept an hour, had by repeating
the call. For threads.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.housekeeping import delete_in_steps
from accounts.models import User
from accounts.space_models import LateResult

KEPT = timedelta(hours=1)

MAX_GOING_ON = 20
"""Of one person."""

MAX_KEPT = 50
"""Of one person; the oldest give way."""

MAX_BYTES = 4_000_000


@dataclass(frozen=True)
class Late:
    started_at: datetime
    result: str | None
    """As JSON; None while the call goes on."""


def begin(user_id: int, call: str) -> bool:
    """Note that a call goes on; False where too many do."""
    now = timezone.now()
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user_id)
        rows = LateResult.objects.filter(user_id=user_id)
        others = rows.filter(expires_at__gt=now).exclude(call=call)
        if others.filter(is_done=False).count() >= MAX_GOING_ON:
            return False
        surplus = others.filter(is_done=True).order_by("-expires_at").values_list("pk")[MAX_KEPT:]
        rows.filter(pk__in=[pk for (pk,) in surplus]).delete()
        begun = {"started_at": now, "expires_at": now + KEPT, "is_done": False, "result": ""}
        rows.update_or_create(user_id=user_id, call=call, defaults=begun)
    return True


def finish(user_id: int, call: str, result: str) -> None:
    """Keep what came of it for an hour from now on. ValueError if that is larger than MAX_BYTES."""
    if len(result) > MAX_BYTES:
        raise ValueError("The result is too large to keep.")
    rows = LateResult.objects.filter(user_id=user_id, call=call)
    rows.update(result=result, is_done=True, expires_at=timezone.now() + KEPT)


def take(user_id: int, call: str) -> Late | None:
    """Return what there is of a call, None if none goes on. What is done is had once."""
    now = timezone.now()
    with transaction.atomic():
        rows = LateResult.objects.select_for_update().filter(user_id=user_id, call=call)
        row = rows.filter(expires_at__gt=now).first()
        if row is None:
            return None
        if row.is_done:
            row.delete()
            return Late(row.started_at, row.result)
        # Its worker has ended, or it would have given up by now.
        longest = timedelta(seconds=settings.MCP_CALL_TIMEOUT_SECONDS + 60)
        return Late(row.started_at, None) if now - row.started_at < longest else None


def drop(user_id: int, call: str) -> None:
    LateResult.objects.filter(user_id=user_id, call=call).delete()


def forget_expired(now: datetime) -> int:
    return delete_in_steps(LateResult.objects.filter(expires_at__lt=now).order_by("expires_at"))
