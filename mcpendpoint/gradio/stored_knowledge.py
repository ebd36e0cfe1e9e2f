"""What is known of Spaces, in the database. For threads."""

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.housekeeping import delete_in_steps
from accounts.last_use import write_uses
from accounts.space_models import SelectedSpace
from mcpendpoint.gradio import state_history
from mcpendpoint.models import KnownSpace

About = KnownSpace.About

IN_USE = timedelta(days=1)
"""A Space that somebody has listed since is looked at again and again."""

KEPT = timedelta(days=7)

MAX_SOURCE_BYTES = 300_000
"""Compressed: hardly a Space that tells less than 1 MB needs more."""

MAX_OLD_FAILURE = timedelta(minutes=10)
"""An older failure says nothing, where nothing else is known."""


@dataclass(frozen=True)
class Row:
    source: bytes | None
    age: timedelta
    failure: dict[str, Any] | None
    failure_age: timedelta


def read(space_id: str, about: About, within: timedelta) -> Row | None:
    """Return what was stored since so long ago."""
    now = timezone.now()
    since = now - within
    row = (
        KnownSpace.objects.filter(Q(found_at__gt=since) | Q(failed_at__gt=since))
        .filter(space_id=space_id, about=about)
        .first()
    )
    if row is None:
        return None
    failure_age = age(row.failed_at, now)
    if row.source is None and failure_age > MAX_OLD_FAILURE:
        return None
    source = zlib.decompress(bytes(row.source)) if row.source is not None else None
    return Row(source, age(row.found_at, now), row.failure, failure_age)


def age(at: datetime | None, now: datetime) -> timedelta:
    return timedelta.max if at is None else max(now - at, timedelta())


def store(space_id: str, about: About, at: datetime, values: dict[str, Any]) -> None:
    """Store what was found out, of a Space that somebody has selected."""
    if not _is_selected(space_id):
        return
    KnownSpace.objects.update_or_create(
        space_id=space_id, about=about, defaults={**values, "looked_at": at}
    )
    if about == About.INFO:
        state_history.note(space_id, stage_in(values.get("source")), at)


def stage_in(source: bytes | memoryview | None) -> str:
    """Return the state that what is stored of a Space tells, "" where it tells none."""
    return str(orjson.loads(zlib.decompress(bytes(source))).get("stage", "")) if source else ""


def compressed(source: bytes) -> bytes | None:
    """Return what is stored, None for what is too large."""
    found = zlib.compress(source)
    return found if len(found) <= MAX_SOURCE_BYTES else None


def _is_selected(space_id: str) -> bool:
    """Whether it is of those that people, or this deployment, have chosen: a URL may name any."""
    if space_id in {default.lower() for default in settings.DEFAULT_SPACES}:
        return True
    lower = SelectedSpace.objects.annotate(lower_id=Lower("space_id"))
    return lower.filter(lower_id=space_id, is_active=True).exists()


def note_uses(space_ids: Collection[str]) -> None:
    rows = KnownSpace.objects.filter(space_id__in=space_ids, about=About.SCHEMA)
    write_uses(rows, last_used_at=timezone.now())


def take_due(older_than: timedelta, most: int) -> list[str]:
    """Take the task to look at some Spaces in use, which no other process takes meanwhile."""
    now = timezone.now()
    rows = KnownSpace.objects.filter(about=About.SCHEMA)
    due = rows.filter(looked_at__lt=now - older_than, last_used_at__gt=now - IN_USE)
    with transaction.atomic():
        taken = dict(
            due.select_for_update(skip_locked=True)
            .order_by("looked_at")
            .values_list("pk", "space_id")[:most]
        )
        if taken:
            KnownSpace.objects.filter(pk__in=taken).update(looked_at=now)
    return list(taken.values())


def forget_old(now: datetime) -> int:
    return delete_in_steps(KnownSpace.objects.filter(looked_at__lt=now - KEPT))
