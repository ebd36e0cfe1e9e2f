"""What a person agreed to of a Space's tools, and what waits for them since.

A pin is a fingerprint of one tool. Those that hold travel with the preferences; what the tools
said is kept beside, to show what changed. What a tool's definition means is the caller's to know.
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
from accounts.space_changes import TakeOver
from accounts.space_models import PinnedTools, SelectedSpace
from accounts.space_selection import audited, change_space, own_space, ticked_anywhere

MAX_PINNED_BYTES = 100_000
"""Of what is kept of a Space for a person. Of what does not fit, only the fingerprint is."""

TAKE_OVER_TOLD_EVERY = timedelta(hours=1)

MAX_TOOLS = 200
"""Of a Space, with those that it had and has no more."""

Definition = dict[str, Any]
IsGrowth = Callable[[Definition, Definition], bool]
"""Whether the second definition only adds to the first."""


@dataclass(frozen=True)
class SeenTool:
    name: str
    pin: str
    definition: Definition
    is_suspicious: bool = False


@dataclass(frozen=True)
class Rules:
    """What decides about a tool that nobody looked at."""

    is_growth: IsGrowth
    holds_suspicious: bool
    """Whether a suspicious tool waits for the person, even at first sight."""


@dataclass(frozen=True)
class Pinned:
    """What was agreed to of one Space."""

    tools: dict[str, Definition | None] = field(default_factory=dict)
    """By name; None for one whose definition was too long to keep."""
    was_first_sight: bool = False
    pinned_at: datetime | None = None
    has_waiting: bool = False


def pinned_tools(user: User, space_id: str) -> Pinned:
    row = PinnedTools.objects.filter(
        space__user_id=user.pk, space__space_id=space_id, space__is_active=True
    ).first()
    if row is None:
        return Pinned()
    definitions = {name: kept.get("definition") for name, kept in row.tools.items()}
    return Pinned(definitions, row.was_first_sight, row.pinned_at, bool(row.waiting))


def waiting_spaces(user: User) -> frozenset[str]:
    """Return the Spaces of which something waits for the person's agreement."""
    rows = PinnedTools.objects.filter(space__user_id=user.pk, space__is_active=True)
    return frozenset(rows.exclude(waiting=[]).values_list("space__space_id", flat=True))


def see_tools(
    user_id: int, space_id: str, seen: Sequence[SeenTool], rules: Rules, *, is_adding: bool = False
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
        for tool in seen:
            if tool.pin not in before and _is_taken_over(tool, space, row, rules):
                # Another worker may still know the version before, and would take that over again.
                _pin(row, tool, keeps_former=True)
        _note(user, space, row, seen, is_first=space.pins is None)
        after = _save(space, row)
        if after != held and before and _is_time_to_tell(row):
            detail = {**audited(space), "taken_over": len(after - held)}
            audit.record(Action.SPACE_AGREED, user, detail=detail)
    if after != held or not before:
        announce(user_id)
    return after


def forget_waiting(user: User, space_id: str) -> None:
    """Note that nothing waits any more: the Space is again as it was agreed to."""
    rows = PinnedTools.objects.filter(space__user_id=user.pk, space__space_id=space_id)
    rows.update(waiting=[])


def agree(user: User, space_id: str, tools: Iterable[SeenTool], gone: Iterable[str]) -> bool:
    """Agree to exactly these tools, and forget those that are gone; False if it is not theirs."""
    with transaction.atomic():
        space = own_space(user, space_id)
        if space is None:
            return False
        row = _row_of(space, was_first_sight=False)
        agreed = list(tools)
        for name in gone:
            row.tools.pop(name, None)
        for tool in agreed:
            _pin(row, tool, keeps_former=False)
        row.was_first_sight, row.pinned_at = False, timezone.now()
        pins = {tool.pin for tool in agreed}
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


def _is_taken_over(tool: SeenTool, space: SelectedSpace, row: PinnedTools, rules: Rules) -> bool:
    is_held = tool.is_suspicious and rules.holds_suspicious
    if space.pins is None or space.takes_over == TakeOver.EVERYTHING:
        return not is_held
    if space.takes_over == TakeOver.NOTHING or tool.is_suspicious:
        return False
    before = row.tools.get(tool.name, {}).get("definition")
    return before is not None and rules.is_growth(before, tool.definition)


def _note(
    user: User, space: SelectedSpace, row: PinnedTools, seen: Sequence[SeenTool], *, is_first: bool
) -> None:
    """Note what waits now of what they ticked; it is told of when there was nothing before, or a
    Space that never says the same twice would fill the log.
    """
    pins = _pins_of(row)
    ticked = ticked_anywhere(space)
    wanted = [tool for tool in seen if ticked is None or tool.name in ticked]
    waiting = sorted(tool.pin for tool in wanted if tool.pin not in pins)
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


def _pin(row: PinnedTools, tool: SeenTool, *, keeps_former: bool) -> None:
    """Agree to a tool, and perhaps to the version before as well."""
    before = row.tools.get(tool.name)
    if before is None and len(row.tools) >= MAX_TOOLS:
        row.tools.pop(next(iter(row.tools)))
    pins = [tool.pin, *(pin for pin in (before or {}).get("pins", ()) if pin != tool.pin)]
    kept = pins[: 2 if keeps_former else 1]
    row.tools[tool.name] = {"pins": kept, "definition": tool.definition}


def _pins_of(row: PinnedTools) -> frozenset[str]:
    return frozenset(pin for kept in row.tools.values() for pin in kept["pins"])


def _save(space: SelectedSpace, row: PinnedTools) -> frozenset[str]:
    _shorten(row)
    row.save()
    pins = _pins_of(row)
    if space.pins is None or pins != frozenset(space.pins):
        space.pins = sorted(pins)
        space.save(update_fields=["pins"])
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
