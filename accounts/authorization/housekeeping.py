"""Throws away what nobody needs any more: expired codes, tokens and sessions, clients that nobody
let in.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from oauth2_provider.models import clear_expired

from accounts.authorization.models import AccessToken, Application, Grant, RefreshToken

BATCH = 500
TIDY_EVERY_SECONDS = 3_600


def tidy_up_after_registration() -> None:
    """Keep a flood of registrations from piling up: little at a time, since a client waits."""
    if cache.add("authorization:tidied-up-clients", 1, TIDY_EVERY_SECONDS):
        remove_unused_clients(limit=BATCH)


def tidy_up_now_and_then() -> None:
    """Do all of it, once an hour in all workers that share a cache."""
    if cache.add("authorization:tidied-up", 1, TIDY_EVERY_SECONDS):
        tidy_up()


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
