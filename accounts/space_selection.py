"""Which Spaces a user offers as tools, and how: what the settings pages save of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.groups.offers import Offer
from accounts.groups.reading import offer_to
from accounts.models import User
from accounts.preferences import SPACE_COLUMNS, SavedSpace, announce, read_space
from accounts.space_models import KnownPrivateSpace, PinnedTools, SelectedSpace, SpaceHeader
from accounts.tool_words import ToolWords, stored_words

MAX_EMOJI = 16
"""Code points: the longest that Unicode recommends has 10. What is longer is no emoji to cut."""

UNDO_WITHIN = timedelta(minutes=10)
"""Of its removal a Space that is added again is had as it was."""

CHOSEN = (
    *("asks_first", "tools", "takes_over", "pins", "pins_cover_parts", "tool_words"),
    *("header_names", "offers_resources", "offers_prompts", "answers_within"),
)
"""What begins anew with a Space that is added anew."""

MAX_FORGOTTEN = 1_000

MAX_SLOT = 9_999
"""So many different Spaces can one user add in their life."""


def default_spaces(offer: Offer) -> Sequence[str]:
    """Return the Spaces of somebody who chose none yet."""
    if offer.default_spaces is None:
        return settings.DEFAULT_SPACES
    return offer.default_spaces[: settings.MCP_MAX_SPACES]  # several groups may have more


class TooManySpaces(Exception):
    """The user has as many Spaces as they may; `limit` says how many."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"You can select at most {limit} Spaces. Remove one first.")
        self.limit = limit


def add_space(user: User, space_id: str, *, is_private: bool, title: str, emoji: str) -> SavedSpace:
    """Offer a Space as tools, in the slot that it had before if it was ever added.

    One that was removed a moment ago is had again as it was, but for its headers; any other begins
    anew. Raises TooManySpaces.
    """
    with transaction.atomic():
        _choose_spaces(user.pk)
        rows = SelectedSpace.objects.filter(user_id=user.pk)
        row = rows.filter(space_id=space_id).first()
        if row is None or not row.is_active:
            _check_room(rows.filter(is_active=True).count())
        if row is None:
            row = SelectedSpace(user_id=user.pk, space_id=space_id, slot=_next_slot(user.pk))
        elif not row.is_active and not _can_be_undone(row):
            _begin_anew(row)
        row.is_active, row.removed_at = True, None
        row.is_private = is_private
        row.title = title[:200]
        row.emoji = emoji if len(emoji) <= MAX_EMOJI else ""
        row.save()
        audit.record(Action.SPACE_ADDED, user, detail=audited(row))
    announce(user.pk)
    return read_space([getattr(row, column) for column in SPACE_COLUMNS])


def remove_space(user: User, space_id: str) -> None:
    """Stop offering a Space; its slot stays its own. Does nothing for one that is not there.

    What is secret of it goes at once, how it was chosen once that cannot be undone any more.
    """
    with transaction.atomic():
        row = own_space(user, space_id)
        if row is not None:
            row.is_active, row.removed_at, row.header_names = False, timezone.now(), None
            row.save(update_fields=["is_active", "removed_at", "header_names"])
            SpaceHeader.objects.filter(space=row).delete()
            KnownPrivateSpace.objects.filter(space=row).delete()
            audit.record(Action.SPACE_REMOVED, user, detail=audited(row))
    announce(user.pk)


def _can_be_undone(row: SelectedSpace) -> bool:
    return row.removed_at is not None and timezone.now() - row.removed_at < UNDO_WITHIN


def _begin_anew(row: SelectedSpace) -> None:
    """Forget how it was chosen and what was agreed to of it, in the row and in the database."""
    PinnedTools.objects.filter(space=row).delete()
    anew = SelectedSpace()
    for name in CHOSEN:
        setattr(row, name, getattr(anew, name))
    row.removed_at = None


def forget_removed(now: datetime) -> int:
    """Forget how Spaces were chosen whose removal cannot be undone any more."""
    rows = SelectedSpace.objects.filter(is_active=False, removed_at__lt=now - UNDO_WITHIN)
    forgotten = list(rows.values_list("pk", "user_id")[:MAX_FORGOTTEN])
    for pk, user_id in forgotten:
        with transaction.atomic():
            User.objects.select_for_update().filter(pk=user_id).first()  # as in _choose_spaces
            if row := rows.filter(pk=pk).first():
                _begin_anew(row)
                row.save()
    return len(forgotten)


def mark_space(user: User, space_id: str, *, asks_first: bool) -> bool:
    """Save whether the person is asked before each call; False for a Space that is not theirs."""
    return change_space(user, space_id, {"asks_first": asks_first}, asks_first=asks_first)


def choose_space_tools(user: User, space_id: str, tools: Iterable[str] | None) -> bool:
    """Save which tools of a Space are offered, None for all; False for one that is not theirs."""
    chosen = None if tools is None else sorted(set(tools))
    told = "all" if chosen is None else len(chosen)
    return change_space(user, space_id, {"tools_of_space": told}, tools=chosen)


def name_tools(user: User, space_id: str, words: Iterable[ToolWords]) -> bool:
    """Save what a Space's tools are called; False for one that is not theirs."""
    stored = stored_words(words)
    return change_space(user, space_id, {"named_tools": len(stored or ())}, tool_words=stored)


def choose_answers_within(user: User, space_id: str, seconds: int | None) -> bool:
    """Save how long a call of a Space takes at most; False for one that is not theirs."""
    return change_space(user, space_id, {"answers_within": seconds}, answers_within=seconds)


def choose_space_parts(user: User, space_id: str, *, resources: bool, prompts: bool) -> bool:
    """Save whether a Space's resources and prompts are offered; False for one not theirs."""
    chosen = {"offers_resources": resources, "offers_prompts": prompts}
    return change_space(user, space_id, chosen, **chosen)


def change_space(user: User, space_id: str, told: Mapping[str, Any], **fields: Any) -> bool:
    """Save fields of a Space, and `told` in the log; False for one that is not theirs."""
    with transaction.atomic():
        row = own_space(user, space_id)
        if row is None:
            return False
        for name, value in fields.items():
            setattr(row, name, value)
        row.save(update_fields=[*fields])
        audit.record(Action.SELECTION_CHANGED, user, detail={**audited(row), **told})
    announce(user.pk)
    return True


def own_space(user: User, space_id: str) -> SelectedSpace | None:
    """Return one that they have, which is theirs to change from here on."""
    _choose_spaces(user.pk)
    rows = SelectedSpace.objects.filter(user_id=user.pk, space_id=space_id, is_active=True)
    return rows.first()


def _choose_spaces(user_id: int) -> None:
    """Make the default Spaces the user's own, unless they chose before.

    Their row is the lock that makes slots and the limit hold when two tabs change Spaces at once.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if user.has_chosen_spaces:
        return
    user.has_chosen_spaces = True
    user.save(update_fields=["has_chosen_spaces"])
    for space_id in default_spaces(offer_to(user)):
        if not SelectedSpace.objects.filter(user_id=user_id, space_id=space_id).exists():
            SelectedSpace.objects.create(
                user_id=user_id, space_id=space_id, slot=_next_slot(user_id), was_default=True
            )


def _check_room(active: int) -> None:
    if active >= settings.MCP_MAX_SPACES:
        raise TooManySpaces(settings.MCP_MAX_SPACES)


def _next_slot(user_id: int) -> int:
    highest = SelectedSpace.objects.filter(user_id=user_id).aggregate(highest=Max("slot"))
    slot = (highest["highest"] or 0) + 1
    if slot > MAX_SLOT:
        raise TooManySpaces(MAX_SLOT)
    return slot


def audited(row: SelectedSpace) -> dict[str, str | int]:
    # Admins read the log, too.
    return {"space": "private" if row.is_private else row.space_id, "slot": row.slot}
