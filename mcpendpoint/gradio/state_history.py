"""In which states Spaces were, as far as this server has looked. For threads.

Only of those that everybody may see and somebody has chosen, as with all that is stored of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.conf import settings

from accounts.housekeeping import delete_in_steps
from mcpendpoint.models import SpaceState

UNSEEN_AFTER = timedelta(minutes=30)
"""What was seen longer ago than that says nothing of now."""

MAX_STATES = 500
"""Of one Space: the oldest go."""


@dataclass(frozen=True)
class Seen:
    """A state, as long as it is known to have lasted."""

    stage: str
    begin: datetime
    end: datetime


def note(space_id: str, stage: str, at: datetime) -> None:
    """Note that a Space was seen in a state."""
    states = SpaceState.objects.filter(space_id=space_id)
    latest = states.order_by("-seen_at", "-pk").first()
    if latest is not None and latest.stage == stage and at - latest.seen_at <= UNSEEN_AFTER:
        SpaceState.objects.filter(pk=latest.pk, seen_at__lt=at).update(seen_at=at)
        return
    SpaceState.objects.create(space_id=space_id, stage=stage[:40], began_at=at, seen_at=at)
    oldest_kept = states.order_by("-pk").values_list("pk", flat=True)[MAX_STATES - 1 : MAX_STATES]
    for pk in oldest_kept:
        states.filter(pk__lt=pk).delete()


def read(space_id: str, begin: datetime, end: datetime, now: datetime) -> list[Seen]:
    """Return the states of a Space in a range of time, the oldest first, without what nobody saw.

    Each lasts until the next one was seen, if that was soon enough.
    """
    rows = SpaceState.objects.filter(
        space_id=space_id.lower(), seen_at__gt=begin - UNSEEN_AFTER, began_at__lt=end
    )
    states = list(rows.order_by("began_at", "pk")[: 2 * MAX_STATES])
    return _within(_lasting(states, now), begin, end)


def _lasting(states: Sequence[SpaceState], now: datetime) -> list[Seen]:
    nexts = [following.began_at for _, following in pairwise(states)] + [now]
    return [
        Seen(state.stage, state.began_at, _end_of(state, until))
        for state, until in zip(states, nexts[: len(states)], strict=True)
    ]


def _end_of(state: SpaceState, next_seen_at: datetime) -> datetime:
    was_seen_soon = next_seen_at - state.seen_at <= UNSEEN_AFTER
    return next_seen_at if was_seen_soon else state.seen_at


def _within(states: Sequence[Seen], begin: datetime, end: datetime) -> list[Seen]:
    cut = [Seen(each.stage, max(each.begin, begin), min(each.end, end)) for each in states]
    return [each for each in cut if each.begin < each.end]


def forget_old(now: datetime) -> int:
    kept = timedelta(days=settings.METRICS_RETENTION_DAYS)
    return delete_in_steps(SpaceState.objects.filter(seen_at__lt=now - kept))
