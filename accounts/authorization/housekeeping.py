"""Throws away what nobody needs any more: expired codes and tokens, clients that nobody let in."""

from datetime import timedelta

from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from oauth2_provider.models import clear_expired

from accounts.authorization.models import AccessToken, Application, Grant, RefreshToken

NEVER_LET_IN_KEPT = timedelta(days=1)
"""Time for the person to sign in and agree."""

LET_IN_KEPT = timedelta(days=365)
"""Clients keep their id, and few register again by themselves when it is gone."""

BATCH = 500
TIDY_EVERY_SECONDS = 3_600


def tidy_up_now_and_then() -> None:
    """Keep registrations from piling up where nobody runs the management command."""
    if cache.add("authorization:tidied-up", 1, TIDY_EVERY_SECONDS):
        remove_unused_clients(limit=BATCH)


def tidy_up() -> int:
    """Return how many clients were removed."""
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
    is_idle = Q(let_in_at=None, updated__lt=now - NEVER_LET_IN_KEPT) | Q(
        let_in_at__lt=now - LET_IN_KEPT
    )
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
