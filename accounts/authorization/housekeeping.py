"""Removes expired codes, tokens and sessions, and clients that nobody authorized."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.authorization.models import AccessToken, Application, Grant, RefreshToken
from accounts.housekeeping import delete_in_steps

BATCH = 500


def tidy_up() -> int:
    """Return how many clients were removed."""
    forget_old(timezone.now())
    return forget_unused_clients(timezone.now())


def forget_old(now: datetime) -> int:
    """Remove what has expired; return how many codes, tokens and sessions that were."""
    sessions = Session.objects.filter(expire_date__lt=now).order_by("expire_date")
    return sum(map(_delete_in_steps, expired(now))) + delete_in_steps(sessions)


def expired(now: datetime) -> Iterator[QuerySet[Any]]:
    """Yield what django-oauth-toolkit's clear_expired() removes, as of `now` and by indexes.

    Used refresh tokens stay as long as unused ones: whoever comes with one may be a thief.
    """
    since = now - timedelta(days=settings.OAUTH_REFRESH_TOKEN_DAYS)
    yield RefreshToken.objects.filter(revoked__lte=since)
    yield RefreshToken.objects.filter(revoked=None, access_token=None)
    yield RefreshToken.objects.filter(revoked=None, access_token__expires__lte=since)
    yield AccessToken.objects.filter(expires__lt=now, refresh_token=None)
    yield Grant.objects.filter(expires__lt=now)


def _delete_in_steps(rows: QuerySet[Any]) -> int:
    """Delete with what Django does for each row, since tokens point at each other."""
    removed = 0
    while keys := list(rows.values_list("pk", flat=True)[:BATCH]):
        rows.model.objects.filter(pk__in=keys).delete()
        removed += len(keys)
    return removed


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
