"""Which resources a legacy session subscribed to, in the database: the session lives nowhere, and
its stream may be opened at any worker. For threads.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import blake2b

from django.db import IntegrityError, transaction

from accounts.housekeeping import delete_beyond, delete_in_steps
from mcpendpoint.models import ResourceSubscription

MAX_OF_SESSION = 50
MAX_OF_OWNER = 200
KEPT = timedelta(days=7)
MAX_KEPT = 50_000


class TooManySubscriptions(Exception):
    """`most` is how many there may be of one session or one caller."""

    def __init__(self, whose: str, most: int) -> None:
        super().__init__(f"{whose} has {most} subscriptions to resources at most. End some first.")


def add(session: str, owner: str, uri: str) -> None:
    """Raises TooManySubscriptions."""
    rows = ResourceSubscription.objects
    if rows.filter(session=session, digest=_digest(uri)).exists():
        return
    if rows.filter(session=session).count() >= MAX_OF_SESSION:
        raise TooManySubscriptions("A session", MAX_OF_SESSION)
    if rows.filter(owner=owner).count() >= MAX_OF_OWNER:
        raise TooManySubscriptions("A caller", MAX_OF_OWNER)
    try:
        with transaction.atomic():
            rows.create(session=session, owner=owner, digest=_digest(uri), uri=uri)
    except IntegrityError:
        return  # another request was quicker


def remove(session: str, uri: str) -> None:
    ResourceSubscription.objects.filter(session=session, digest=_digest(uri)).delete()


def of_session(session: str) -> list[tuple[str, str]]:
    """Return URIs, and what was seen there last."""
    rows = ResourceSubscription.objects.filter(session=session)
    return list(rows.order_by("pk").values_list("uri", "seen")[:MAX_OF_SESSION])


def note_seen(sessions: Collection[str], uri: str, seen: str) -> None:
    """Keep what the clients of these sessions know of, for when they come back."""
    rows = ResourceSubscription.objects.filter(session__in=sessions, digest=_digest(uri))
    rows.update(seen=seen)


def _digest(uri: str) -> str:
    return blake2b(uri.encode(), digest_size=16).hexdigest()


def forget_old(now: datetime) -> int:
    rows = ResourceSubscription.objects.order_by("pk")
    return delete_in_steps(rows.filter(at__lt=now - KEPT)) + delete_beyond(MAX_KEPT, rows)
