"""What a person agreed to of a Space's parts (tools, prompts, resources), and what waits since.

A pin is a fingerprint of one part. Those that hold travel with the preferences; what the parts
said is kept beside, to show what changed. What a definition means is the caller's to know.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.models import User
from accounts.preferences import announce
from accounts.space_changes import PartKind, TakeOver, kind_and_name
from accounts.space_models import PinnedTools, SelectedSpace
from accounts.space_selection import audited, change_space, offered_anywhere, own_space

MAX_PINNED_BYTES = 100_000
"""Of what is kept of a Space for a person. Of what does not fit, only the fingerprint is."""

TAKE_OVER_TOLD_EVERY = timedelta(hours=1)

MAX_PARTS = 400
"""Of a Space, with those that it had and has no more."""

Definition = dict[str, Any]
IsGrowth = Callable[[Definition, Definition], bool]
"""Whether the second definition only adds to the first."""


@dataclass(frozen=True)
class SeenPart:
    key: str
    """Its name; of other parts than tools as `space_changes.key_of` makes it."""
    pin: str
    definition: Definition
    is_suspicious: bool = False

    @property
    def kind(self) -> PartKind:
        return kind_and_name(self.key)[0]


@dataclass(frozen=True)
class Rules:
    """What decides about a part that nobody looked at."""

    is_growth: IsGrowth
    holds_suspicious: bool
    """Whether a suspicious part waits for the person, even at first sight."""


@dataclass(frozen=True)
class Pinned:
    """What was agreed to of one Space."""

    parts: dict[str, Definition | None] = field(default_factory=dict)
    """By key; None for one whose definition was too long to keep."""
    was_first_sight: bool = False
    pinned_at: datetime | None = None
    has_waiting: bool = False


def pinned_parts(user: User, space_id: str) -> Pinned:
    row = PinnedTools.objects.filter(
        space__user_id=user.pk, space__space_id=space_id, space__is_active=True
    ).first()
    if row is None:
        return Pinned()
    definitions = {key: kept.get("definition") for key, kept in row.tools.items()}
    return Pinned(definitions, row.was_first_sight, row.pinned_at, bool(row.waiting))


def waiting_spaces(user: User) -> frozenset[str]:
    """Return the Spaces of which something waits for the person's agreement."""
    rows = PinnedTools.objects.filter(space__user_id=user.pk, space__is_active=True)
    return frozenset(rows.exclude(waiting=[]).values_list("space__space_id", flat=True))


def see_parts(
    user_id: int, space_id: str, seen: Sequence[SeenPart], rules: Rules, *, is_adding: bool = False
) -> frozenset[str] | None:
    """Note what a saved Space offers now, and return the pins that hold; None if it is not saved.

    What is seen first is agreed to thereby, and so is what the person takes over unasked.
    """
    with transaction.atomic():
        user = User.objects.select_for_update().filter(pk=user_id).first()
        space = SelectedSpace.objects.filter(
            user_id=user_id, space_id=space_id, is_active=True
        ).first()
        if user is None or space is None:
            return None
        row = _row_of(space, was_first_sight=not is_adding)
        before, held = _pins_of(row), frozenset(space.pins or ())
        for part in seen:
            if part.pin not in before and _is_taken_over(part, space, row, rules):
                # Another worker may still know the version before, and would take that over again.
                _pin(row, part, keeps_former=True)
        _note(user, space, row, seen, is_first=space.pins is None)
        is_wider = not space.pins_cover_parts
        space.pins_cover_parts = True
        after = _save(space, row)
        if after != held and before and not is_wider and _is_time_to_tell(row):
            detail = {**audited(space), "taken_over": len(after - held)}
            audit.record(Action.SPACE_AGREED, user, detail=detail)
    if after != held or not before or is_wider:
        announce(user_id)
    return after


def forget_waiting(user: User, space_id: str) -> None:
    """Note that nothing waits any more: the Space is again as it was agreed to."""
    rows = PinnedTools.objects.filter(space__user_id=user.pk, space__space_id=space_id)
    rows.update(waiting=[])


def agree(user: User, space_id: str, parts: Iterable[SeenPart], gone: Iterable[str]) -> bool:
    """Agree to exactly these parts, and forget those that are gone; False if it is not theirs."""
    with transaction.atomic():
        space = own_space(user, space_id)
        if space is None:
            return False
        row = _row_of(space, was_first_sight=False)
        agreed = list(parts)
        for key in gone:
            row.tools.pop(key, None)
        for part in agreed:
            _pin(row, part, keeps_former=False)
        row.was_first_sight, row.pinned_at = False, timezone.now()
        pins = {part.pin for part in agreed}
        row.waiting = [pin for pin in row.waiting if pin not in pins]
        _save(space, row)
        detail = {**audited(space), "agreed": len(agreed)}
        audit.record(Action.SPACE_AGREED, user, detail=detail)
    announce(user.pk)
    return True


def choose_take_over(user: User, space_id: str, choice: TakeOver) -> bool:
    """Save what of a Space's changes is taken over unasked; False for one that is not theirs."""
    return change_space(user, space_id, {"takes_over": str(choice)}, takes_over=choice)


def _row_of(space: SelectedSpace, *, was_first_sight: bool) -> PinnedTools:
    if space.pins is None:
        PinnedTools.objects.filter(space=space).delete()
    row = PinnedTools.objects.filter(space=space).first()
    return row or PinnedTools(
        space=space, was_first_sight=was_first_sight, pinned_at=timezone.now()
    )


def _is_taken_over(part: SeenPart, space: SelectedSpace, row: PinnedTools, rules: Rules) -> bool:
    is_held = part.is_suspicious and rules.holds_suspicious
    if _is_first_sight(part, space) or space.takes_over == TakeOver.EVERYTHING:
        return not is_held
    if space.takes_over == TakeOver.NOTHING or part.is_suspicious:
        return False
    before = row.tools.get(part.key, {}).get("definition")
    return before is not None and rules.is_growth(before, part.definition)


def _is_first_sight(part: SeenPart, space: SelectedSpace) -> bool:
    """Whether nothing of this kind was looked at before, as pins once were of tools alone."""
    is_covered = part.kind is PartKind.TOOL or space.pins_cover_parts
    return space.pins is None or not is_covered


def _note(
    user: User, space: SelectedSpace, row: PinnedTools, seen: Sequence[SeenPart], *, is_first: bool
) -> None:
    """Note what waits now of what they ticked; it is told of when there was nothing before, or a
    Space that never says the same twice would fill the log.
    """
    pins = _pins_of(row)
    offered = offered_anywhere(space)
    wanted = [part for part in seen if offered.has(part.kind, part.key)]
    waiting = sorted(part.pin for part in wanted if part.pin not in pins)
    is_news = bool(waiting) and not row.waiting
    row.waiting = waiting
    if is_news and not is_first:
        detail = {**audited(space), "waiting": len(waiting)}
        audit.record(Action.SPACE_CHANGED, user, detail=detail)


def _is_time_to_tell(row: PinnedTools) -> bool:
    """Say whether a change that was taken over is for the log, which has one of a Space an hour."""
    now, told_at = timezone.now(), row.take_over_told_at
    if told_at is not None and now - told_at < TAKE_OVER_TOLD_EVERY:
        return False
    row.take_over_told_at = now
    row.save(update_fields=["take_over_told_at"])
    return True


def _pin(row: PinnedTools, part: SeenPart, *, keeps_former: bool) -> None:
    """Agree to a part, and perhaps to the version before as well."""
    before = row.tools.get(part.key)
    if before is None and len(row.tools) >= MAX_PARTS:
        row.tools.pop(next(iter(row.tools)))
    pins = [part.pin, *(pin for pin in (before or {}).get("pins", ()) if pin != part.pin)]
    kept = pins[: 2 if keeps_former else 1]
    row.tools[part.key] = {"pins": kept, "definition": part.definition}


def _pins_of(row: PinnedTools) -> frozenset[str]:
    return frozenset(pin for kept in row.tools.values() for pin in kept["pins"])


def _save(space: SelectedSpace, row: PinnedTools) -> frozenset[str]:
    _shorten(row)
    row.save()
    pins = _pins_of(row)
    space.pins = sorted(pins)
    space.save(update_fields=["pins", "pins_cover_parts"])
    return pins


def _shorten(row: PinnedTools) -> None:
    """Drop the longest definitions until the rest fits."""
    sizes = {name: len(orjson.dumps(kept)) for name, kept in row.tools.items()}
    total = sum(sizes.values())
    for name in sorted(sizes, key=lambda name: -sizes[name]):
        if total <= MAX_PINNED_BYTES:
            return
        total -= sizes[name]
        row.tools[name] = {"pins": row.tools[name]["pins"], "definition": None}
