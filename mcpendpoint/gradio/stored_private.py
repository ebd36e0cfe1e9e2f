"""What is known of private Spaces, in the database: what one credential of one person showed.

It is encrypted, had back with that credential alone, and only while its person offers the Space.
For threads.
"""

import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.encryption import Unreadable
from accounts.housekeeping import delete_in_steps
from accounts.models import User
from accounts.space_models import KnownPrivateSpace, SelectedSpace
from mcpendpoint.gradio.stored_knowledge import MAX_OLD_FAILURE, About, Row, age, compressed

KEPT = timedelta(days=1)
"""Since the Space was seen. Older than that it is nobody's tools."""

MAX_ROWS = 200
MAX_BYTES = 4_000_000
"""Of one person; what was seen longest ago gives way."""


@dataclass(frozen=True)
class Sight:
    """Who saw which Space, and with what."""

    user_id: int
    space_id: str
    """In lower case."""
    token_digest: str

    @property
    def digest(self) -> str:
        """What a row has instead of the token, of which a copy of the database tells nothing."""
        return salted_hmac("private Space", self.token_digest, algorithm="sha256").hexdigest()


def read(sight: Sight, about: About, within: timedelta) -> Row | None:
    """Return what was stored since so long ago."""
    now = timezone.now()
    rows = _rows_of(sight).filter(about=about, expires_at__gt=now)
    row = rows.order_by("-expires_at").first()
    if row is None or isinstance(row.source, Unreadable) or isinstance(row.failure, Unreadable):
        return None
    found_age, failure_age = age(row.found_at, now), age(row.failed_at, now)
    if min(found_age, failure_age) >= within:
        return None
    if not row.source and failure_age > MAX_OLD_FAILURE:
        return None
    source = zlib.decompress(b64decode(row.source)) if row.source else None
    failure = orjson.loads(row.failure) if row.failure else None
    return Row(source, found_age, failure, failure_age)


def store_found(sight: Sight, about: About, at: datetime, source: bytes) -> None:
    packed = compressed(source)
    text = b64encode(packed).decode() if packed is not None else ""
    found = {"source": text, "found_at": at, "failure": "", "failed_at": None, "size": len(text)}
    _store(sight, about, {**found, "expires_at": at + KEPT}, {})


def store_failure(sight: Sight, about: About, at: datetime, failure: dict[str, Any]) -> None:
    """Store why it could not be had now; what was seen before stays, and for no longer."""
    failed = {"failure": orjson.dumps(failure).decode(), "failed_at": at}
    _rows_of(sight).filter(about=about, expires_at__lt=at).delete()
    _store(sight, about, failed, {"expires_at": at + MAX_OLD_FAILURE})


def _store(sight: Sight, about: About, values: dict[str, Any], at_first: dict[str, Any]) -> None:
    with transaction.atomic():
        # Locked, so that nothing is left of a Space that is removed meanwhile.
        User.objects.select_for_update().filter(pk=sight.user_id).first()
        space = _space_of(sight).first()
        if space is None:
            return
        KnownPrivateSpace.objects.update_or_create(
            space=space,
            about=about,
            digest=sight.digest,
            defaults=values,
            create_defaults={**values, **at_first},
        )
        _keep_bounds(sight.user_id)


def _keep_bounds(user_id: int) -> None:
    rows = KnownPrivateSpace.objects.filter(space__user_id=user_id).order_by("-expires_at", "-pk")
    surplus, total = [], 0
    for number, (pk, size) in enumerate(rows.values_list("pk", "size"), start=1):
        total += size
        if number > MAX_ROWS or total > MAX_BYTES:
            surplus.append(pk)
    if surplus:
        KnownPrivateSpace.objects.filter(pk__in=surplus).delete()


def forget(sight: Sight) -> bool:
    """Forget all that this credential showed of the Space; return whether there was anything."""
    deleted, _ = _rows_of(sight).delete()
    return deleted > 0


def forget_expired(now: datetime) -> int:
    return delete_in_steps(
        KnownPrivateSpace.objects.filter(expires_at__lt=now).order_by("expires_at")
    )


def _rows_of(sight: Sight) -> QuerySet[KnownPrivateSpace]:
    return KnownPrivateSpace.objects.filter(space__in=_space_of(sight), digest=sight.digest)


def _space_of(sight: Sight) -> QuerySet[SelectedSpace]:
    own = SelectedSpace.objects.filter(user_id=sight.user_id, is_active=True)
    return own.alias(lower_id=Lower("space_id")).filter(lower_id=sight.space_id)
