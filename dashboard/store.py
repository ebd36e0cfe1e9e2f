"""Keeps tallies in the database. Synchronous: call it off the event loop."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Model

from accounts.housekeeping import delete_in_steps
from dashboard.hub_tally import HUB_ROLLUPS, HubTally
from dashboard.models import ClientSeen, PersonCount, StreamCount
from dashboard.ranges import HOUR, MINUTE, MINUTES_KEPT, STEPS, TEN_MINUTES, TEN_MINUTES_KEPT
from dashboard.rollups import ROLLUPS, Rollup, on_conflict
from dashboard.tally import Tally
from dashboard.upserts import EARLIEST, LATEST, digest, upsert

T = TypeVar("T")

MAX_CLIENTS_SEEN = 20_000
KEPT = {MINUTE: MINUTES_KEPT, TEN_MINUTES: TEN_MINUTES_KEPT}
KEPT_OF_PEOPLE = {HOUR: TEN_MINUTES_KEPT}
"""All others for METRICS_RETENTION_DAYS."""
COUNTS: tuple[type[Model], ...] = (
    *(rollup.model for rollup in ROLLUPS),
    *(rollup.model for rollup in HUB_ROLLUPS),
    StreamCount,
)

ROW = ("step_seconds", "period", "digest")


def write(tally: Tally) -> None:
    """Add a tally to what is kept, all of it or nothing."""
    with transaction.atomic():
        _add(ROLLUPS, tally)
        upsert(
            ClientSeen,
            _client_rows(tally),
            unique=("digest",),
            on_conflict={"first_at": EARLIEST, "last_at": LATEST},
        )


def write_hub_tally(tally: HubTally) -> None:
    """Add what came of requests to the Hub, all of it or nothing."""
    with transaction.atomic():
        _add(HUB_ROLLUPS, tally)


def _add(rollups: Iterable[Rollup[T]], tally: T) -> None:
    for rollup in rollups:
        if rows := rollup.rows(tally):
            changes = on_conflict(rows, rollup.names)
            upsert(rollup.model, rows, unique=ROW, on_conflict=changes)


def forget_person(user_id: int) -> int:
    """Forget what an account that is removed did; return how many rows that were."""
    return delete_in_steps(PersonCount.objects.filter(user_id=user_id))


def prune(now: datetime) -> int:
    """Forget what no page can show any more, or METRICS_RETENTION_DAYS has passed for.

    Returns how many rows that were.
    """
    longest = timedelta(days=settings.METRICS_RETENTION_DAYS)
    seen = ClientSeen.objects.order_by("last_at")
    removed = delete_in_steps(seen.filter(last_at__lt=now - longest))
    if (too_many := seen.count() - MAX_CLIENTS_SEEN) > 0:
        removed += delete_in_steps(seen, limit=too_many)
    for model in COUNTS:
        kept = KEPT_OF_PEOPLE if model is PersonCount else KEPT
        for step in STEPS:
            # A long period goes when its end is old, as it began so much earlier.
            oldest = now - min(kept.get(step, longest), longest) - timedelta(seconds=step)
            # The step first, as the index has it.
            old = model._default_manager.filter(step_seconds=step, period__lt=oldest)
            removed += delete_in_steps(old.order_by("period"))
    return removed


def _client_rows(tally: Tally) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for key, cell in tally.cells.items():
        client = (key.dimensions.client_name, key.dimensions.client_version)
        name = digest(*client)
        row = rows.setdefault(
            name,
            {
                "digest": name,
                "name": client[0],
                "version": client[1],
                "first_at": cell.first_at,
                "last_at": cell.last_at,
            },
        )
        row["first_at"] = min(row["first_at"], cell.first_at)
        row["last_at"] = max(row["last_at"], cell.last_at)
    return list(rows.values())
