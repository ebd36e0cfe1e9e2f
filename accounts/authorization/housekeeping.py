"""Removes expired codes, tokens and sessions, and clients that nobody authorized."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from oauth2_provider.models import clear_expired

from accounts.authorization.models import AccessToken, Application, Grant, RefreshToken
from accounts.housekeeping import delete_in_steps

BATCH = 500


def tidy_up() -> int:
    """Return how many clients were removed."""
    forget_old(timezone.now())
    return forget_unused_clients(timezone.now())


def forget_old(now: datetime) -> int:
    """Remove what has expired; return how many sessions that were."""
    clear_expired()
    return delete_in_steps(Session.objects.filter(expire_date__lt=now).order_by("expire_date"))


def forget_unused_clients(now: datetime) -> int:
    removed = 0
    while batch := remove_unused_clients(BATCH, now):
        removed += batch
    return removed


def remove_unused_clients(limit: int, now: datetime) -> int:
    """Remove clients that hold no code and no token; return how many.

    Clients with a metadata document are fetched again when they return.
    """
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
