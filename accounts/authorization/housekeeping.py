"""Throws away what nobody needs any more: expired codes, tokens and sessions, clients that nobody
let in.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from oauth2_provider.models import clear_expired
from redis.exceptions import RedisError

from accounts.authorization.models import AccessToken, Application, Grant, RefreshToken

logger = logging.getLogger(__name__)

BATCH = 500
TIDY_EVERY_SECONDS = 3_600


def tidy_up_after_registration() -> None:
    """Keep a flood of registrations from piling up: little at a time, since a client waits."""
    if _is_due("authorization:tidied-up-clients"):
        remove_unused_clients(limit=BATCH)


def tidy_up_now_and_then() -> None:
    """Do all of it, once an hour in all workers that share a cache."""
    if _is_due("authorization:tidied-up"):
        tidy_up()


def _is_due(what: str) -> bool:
    """Return whether no worker has begun this within the hour; not, while Redis is away."""
    try:
        return cache.add(what, 1, TIDY_EVERY_SECONDS)
    except RedisError as error:
        logger.warning("%s waits for Redis: %s.", what, type(error).__name__)
        return False


def tidy_up() -> int:
    """Return how many clients were removed."""
    SessionStore.clear_expired()
    clear_expired()
    removed = 0
    while batch := remove_unused_clients(limit=BATCH):
        removed += batch
    return removed


def remove_unused_clients(limit: int) -> int:
    """Remove clients that hold no code and no token; return how many.

    Those known by a document are fetched anew when they come back.
    """
    now = timezone.now()
    never_let_in_since = now - timedelta(hours=settings.OAUTH_UNUSED_CLIENT_HOURS)
    not_let_in_since = now - timedelta(days=settings.OAUTH_IDLE_CLIENT_DAYS)
    is_idle = Q(let_in_at=None, updated__lt=never_let_in_since) | Q(let_in_at__lt=not_let_in_since)
    unused = (
        Application.objects.filter(is_idle, is_active=True)
        .exclude(registration_source=Application.RegistrationSource.MANUAL)
        .exclude(Exists(Grant.objects.filter(application=OuterRef("pk"))))
        .exclude(Exists(AccessToken.objects.filter(application=OuterRef("pk"))))
        # Also revoked ones, until they expire: so that a replay is known for what it is.
        .exclude(Exists(RefreshToken.objects.filter(application=OuterRef("pk"))))
    )
    with transaction.atomic():
        locked = unused.select_for_update().order_by("pk").values_list("pk", flat=True)
        batch = list(locked[:limit])
        Application.objects.filter(pk__in=batch).delete()
    return len(batch)
