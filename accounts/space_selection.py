"""Which Spaces a user offers as tools, and how: what the settings pages save of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Model, QuerySet
from django.utils import timezone

from accounts import audit
from accounts.audit import Action
from accounts.groups.offers import Offer
from accounts.groups.reading import offer_to
from accounts.models import User
from accounts.preferences import (
    SPACE_COLUMNS,
    SavedSpace,
    SelectionChanged,
    announce,
    edited,
    read_space,
)
from accounts.profile_models import CHOSEN_OF_SPACE, Profile, ProfileSpace, SpaceFields
from accounts.space_changes import PartKind
from accounts.space_models import KnownPrivateSpace, PinnedTools, SelectedSpace, SpaceHeader
from accounts.tool_words import ToolWords, stored_words

MAX_EMOJI = 16
"""Code points: the longest that Unicode recommends has 10. What is longer is no emoji to cut."""

UNDO_WITHIN = timedelta(minutes=10)
"""Of its removal a Space that is added again is had as it was."""

CHOSEN = (
    *CHOSEN_OF_SPACE,
    *("takes_over", "pins", "pins_cover_parts", "header_names"),
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
    """Offer a Space as tools in the profile that the user edits, in the slot that it had before if
    it was ever added.

    One that was removed a moment ago is had again as it was, but for its headers; any other begins
    anew. Raises TooManySpaces, and SelectionChanged for a profile that is gone.
    """
    with transaction.atomic():
        choose_spaces(user.pk)
        row = SelectedSpace.objects.filter(user_id=user.pk, space_id=space_id).first()
        if row is None or not is_selected(user, row):
            check_room(user)
        if row is None:
            slot = _next_slot(user.pk)
            row = SelectedSpace(user_id=user.pk, space_id=space_id, slot=slot, is_active=False)
        elif not row.is_active and not _can_be_undone(row):
            _begin_anew(row)
        if not row.is_active:
            row.is_in_default = False
        row.is_active = True
        row.is_private = is_private
        row.title = title[:200]
        row.emoji = emoji if len(emoji) <= MAX_EMOJI else ""
        chosen = select_in(user, row)
        audit.record(Action.SPACE_ADDED, user, detail={**audited(row), **edited(user)})
    announce(user.pk)
    of_profile = set(CHOSEN_OF_SPACE)
    return read_space(
        [getattr(chosen if name in of_profile else row, name) for name in SPACE_COLUMNS]
    )


def select_in(user: User, row: SelectedSpace) -> SelectedSpace | ProfileSpace:
    """Save a Space that is active as one of the profile that the user edits; return what has its
    choices. Raises SelectionChanged.
    """
    if user.edited_profile is None:
        if not row.is_in_default and not _can_be_undone(row):
            _reset(row, CHOSEN_OF_SPACE)
        row.is_in_default, row.removed_at = True, None
        row.save()
        return row
    row.save()
    profiles = Profile.objects.filter(user_id=user.pk, is_default=False)
    profile = profiles.filter(pk=user.edited_profile.pk).first()
    if profile is None:
        raise SelectionChanged
    return ProfileSpace.objects.get_or_create(user=user, profile=profile, space=row)[0]


def remove_space(user: User, space_id: str) -> None:
    """Stop offering a Space in the profile that the user edits; its slot stays its own. Does
    nothing for one that is not there.

    What is secret of it goes at once when no profile has it any more, and how it was chosen once
    that cannot be undone.
    """
    with transaction.atomic():
        row = own_space(user, space_id)
        if row is not None and is_selected(user, row):
            if user.edited_profile is None:
                row.is_in_default, row.removed_at = False, timezone.now()
                row.save(update_fields=["is_in_default", "removed_at"])
            else:
                _in_profile(user, row).delete()
            forget_unused(user.pk, [row])
            audit.record(Action.SPACE_REMOVED, user, detail={**audited(row), **edited(user)})
    announce(user.pk)


def is_selected(user: User, row: SelectedSpace) -> bool:
    """Return whether the profile that the user edits has this Space of theirs."""
    if user.edited_profile is None:
        return row.is_active and row.is_in_default
    return _in_profile(user, row).exists()


def _in_profile(user: User, row: SelectedSpace) -> QuerySet[ProfileSpace]:
    rows = ProfileSpace.objects.filter(user_id=user.pk, space_id=row.pk)
    return rows.filter(profile=user.edited_profile)


def forget_unused(user_id: int, rows: Iterable[SelectedSpace]) -> None:
    """Forget what is secret of those Spaces that no profile has any more."""
    for row in rows:
        is_used = ProfileSpace.objects.filter(user_id=user_id, space_id=row.pk).exists()
        if row.is_in_default or is_used:
            continue
        row.is_active, row.removed_at, row.header_names = False, timezone.now(), None
        row.save(update_fields=["is_active", "removed_at", "header_names"])
        SpaceHeader.objects.filter(space=row).delete()
        KnownPrivateSpace.objects.filter(space=row).delete()


def _can_be_undone(row: SelectedSpace) -> bool:
    return row.removed_at is not None and timezone.now() - row.removed_at < UNDO_WITHIN


def _begin_anew(row: SelectedSpace) -> None:
    """Forget how it was chosen and what was agreed to of it, in the row and in the database."""
    PinnedTools.objects.filter(space=row).delete()
    _reset(row, CHOSEN)
    row.removed_at = None


def _reset(row: SelectedSpace, names: Iterable[str]) -> None:
    anew = SelectedSpace()
    for name in names:
        setattr(row, name, getattr(anew, name))


def forget_removed(now: datetime) -> int:
    """Forget how Spaces were chosen whose removal cannot be undone any more."""
    rows = SelectedSpace.objects.filter(is_active=False, removed_at__lt=now - UNDO_WITHIN)
    forgotten = list(rows.values_list("pk", "user_id")[:MAX_FORGOTTEN])
    for pk, user_id in forgotten:
        with transaction.atomic():
            User.objects.select_for_update().filter(pk=user_id).first()  # as in choose_spaces
            if row := rows.filter(pk=pk).first():
                _begin_anew(row)
                row.save()
    return len(forgotten)


def mark_space(user: User, space_id: str, *, asks_first: bool) -> bool:
    """Save whether the person is asked before each call; False for a Space that is not theirs."""
    told = {"asks_first": asks_first}
    return _change_choice(user, space_id, told, asks_first=asks_first)


def choose_space_tools(user: User, space_id: str, tools: Iterable[str] | None) -> bool:
    """Save which tools of a Space are offered, None for all; False for one that is not theirs."""
    chosen = None if tools is None else sorted(set(tools))
    told = "all" if chosen is None else len(chosen)
    return _change_choice(user, space_id, {"tools_of_space": told}, tools=chosen)


def name_tools(user: User, space_id: str, words: Iterable[ToolWords]) -> bool:
    """Save what a Space's tools are called; False for one that is not theirs."""
    stored = stored_words(words)
    told = {"named_tools": len(stored or ())}
    return _change_choice(user, space_id, told, tool_words=stored)


def choose_answers_within(user: User, space_id: str, seconds: int | None) -> bool:
    """Save how long a call of a Space takes at most; False for one that is not theirs."""
    told = {"answers_within": seconds}
    return _change_choice(user, space_id, told, answers_within=seconds)


def choose_space_parts(user: User, space_id: str, *, resources: bool, prompts: bool) -> bool:
    """Save whether a Space's resources and prompts are offered; False for one not theirs."""
    chosen = {"offers_resources": resources, "offers_prompts": prompts}
    return _change_choice(user, space_id, chosen, **chosen)


def change_space(user: User, space_id: str, told: Mapping[str, Any], **fields: Any) -> bool:
    """Save what of a Space is the same in all profiles, and `told` in the log; False for one that
    is not theirs.
    """
    with transaction.atomic():
        row = own_space(user, space_id)
        if row is None:
            return False
        _save_fields(row, fields)
        audit.record(Action.SELECTION_CHANGED, user, detail={**audited(row), **told})
    announce(user.pk)
    return True


def _change_choice(user: User, space_id: str, told: Mapping[str, Any], **fields: Any) -> bool:
    """Save what of a Space is chosen in the profile that the user edits; False for a Space that
    is not in it.
    """
    with transaction.atomic():
        row = own_space(user, space_id)
        if row is None:
            return False
        chosen: SelectedSpace | ProfileSpace | None = row
        if user.edited_profile is not None:
            chosen = _in_profile(user, row).first()
        elif not row.is_in_default:
            chosen = None
        if chosen is None:
            return False
        _save_fields(chosen, fields)
        detail = {**audited(row), **told, **edited(user)}
        audit.record(Action.SELECTION_CHANGED, user, detail=detail)
    announce(user.pk)
    return True


def _save_fields(row: Model, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=[*fields])


def own_space(user: User, space_id: str) -> SelectedSpace | None:
    """Return one that they have in any profile, which is theirs to change from here on."""
    choose_spaces(user.pk)
    rows = SelectedSpace.objects.filter(user_id=user.pk, space_id=space_id, is_active=True)
    return rows.first()


@dataclass(frozen=True)
class Offered:
    """What of a Space some profile of its person offers."""

    tools: frozenset[str] | None
    """None for all."""
    prompts: bool
    resources: bool

    def has(self, kind: PartKind, name: str) -> bool:
        match kind:
            case PartKind.PROMPT:
                return self.prompts
            case PartKind.RESOURCE:
                return self.resources
            case PartKind.TOOL:
                return self.tools is None or name in self.tools


def spaces_of_further_profiles(user_id: int) -> tuple[SavedSpace, ...]:
    """Return the Spaces of somebody who has several profiles, as the strictest of these has each:
    asked about if it is in any, with the tools that some profile offers, and without what it was
    given, which is for who selected it.
    """
    if not Profile.objects.filter(user_id=user_id, is_default=False).exists():
        return ()
    rows = SelectedSpace.objects.filter(user_id=user_id, is_active=True).order_by("slot")
    return tuple(_strictest(row) for row in rows)


def _strictest(row: SelectedSpace) -> SavedSpace:
    offered, further = offered_anywhere(row), ProfileSpace.objects.filter(space_id=row.pk)
    is_marked = row.is_in_default and row.asks_first
    saved = read_space([getattr(row, name) for name in SPACE_COLUMNS])
    return replace(
        saved,
        asks_first=is_marked or further.filter(asks_first=True).exists(),
        tools=offered.tools,
        offers_resources=offered.resources,
        offers_prompts=offered.prompts,
        header_names=frozenset(),
    )


def offered_anywhere(space: SelectedSpace) -> Offered:
    chosen: list[SpaceFields] = [
        *ProfileSpace.objects.filter(user_id=space.user_id, space_id=space.pk),
        *([space] if space.is_in_default else ()),
    ]
    has_all = not chosen or any(each.tools is None for each in chosen)
    ticked = frozenset(name for each in chosen for name in each.tools or ())
    return Offered(
        tools=None if has_all else ticked,
        prompts=any(each.offers_prompts for each in chosen),
        resources=any(each.offers_resources for each in chosen),
    )


def choose_spaces(user_id: int) -> None:
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


def check_room(user: User, wanted: int = 1) -> None:
    """Raises TooManySpaces where the profile that the user edits has no room for so many more."""
    if user.edited_profile is None:
        there = SelectedSpace.objects.filter(user_id=user.pk, is_active=True, is_in_default=True)
        count = there.count()
    else:
        of_profile = ProfileSpace.objects.filter(user_id=user.pk)
        count = of_profile.filter(profile=user.edited_profile).count()
    if count + wanted > settings.MCP_MAX_SPACES:
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
