"""What a user saved: read by the endpoint on each request, written by the settings pages.

All writes go through here, and each announces itself with `preferences_changed`, so that caches in
this process forget at once. Other processes hear of it within a second: accounts.news.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, FilteredRelation, Max, Q, QuerySet
from django.dispatch import Signal

from accounts import audit
from accounts.audit import Action
from accounts.catalogue import catalogue
from accounts.compiled_query import CompiledQuery, Row
from accounts.consequences import ALWAYS_ASK, ApprovalChoices, read_choices
from accounts.models import PinnedTools, SelectedSpace, ToolSelection, User
from accounts.space_changes import TakeOver
from accounts.space_prefixes import space_prefix, url_space_prefix

preferences_changed = Signal()
"""Sent with `user_id` after anything that decides about a user's requests was saved, here or
elsewhere; None stands for everybody. In whatever thread saved it."""

MAX_EMOJI = 16
"""Code points: the longest that Unicode recommends has 10. What is longer is no emoji to cut."""

MAX_SLOT = 9_999
"""So many different Spaces can one user add in their life."""


@dataclass(frozen=True)
class SavedSpace:
    space_id: str
    """owner/name"""
    slot: int
    is_private: bool
    title: str
    emoji: str
    was_default: bool = False
    """Whether its tools keep the names that they had as those of a default Space."""
    asks_first: bool = False
    """Whether the person wants to be asked before each call."""
    tools: frozenset[str] | None = None
    """Those of its tools that are ticked, in the Space's own names; None for all that it has."""
    pins: frozenset[str] | None = None
    """Fingerprints of the tools that they agreed to; None where none was seen yet."""
    takes_over: TakeOver = TakeOver.NOTHING

    @property
    def prefix(self) -> str:
        """What the names of its tools begin with."""
        if self.was_default:
            return url_space_prefix(self.space_id)
        return space_prefix(self.slot, self.is_private)


@dataclass(frozen=True)
class Preferences:
    tools: frozenset[str] | None
    """Names of built-in tools; None when the user never chose."""
    spaces: tuple[SavedSpace, ...]
    """In order of slot."""
    include_images: bool
    hub_changes: int = 0
    """A new number after each change on the Hub, in every process: what was remembered of the Hub
    under an older one is no longer true."""
    has_chosen_spaces: bool = False
    """Whether `spaces` is a choice, or the default Spaces hold."""
    urls_may_write: bool = False
    """Whether a URL may switch on tools that write or spend, without their tick in `tools`."""
    approvals: ApprovalChoices = ALWAYS_ASK

    @property
    def tool_choices(self) -> "ToolChoices":
        return ToolChoices(self.tools, self.include_images, self.urls_may_write, self.approvals)

    def asks_before(self, space_id: str) -> bool:
        """Return whether the person marked this Space."""
        wanted = space_id.lower()
        return any(space.asks_first and space.space_id.lower() == wanted for space in self.spaces)


@dataclass(frozen=True)
class ToolChoices:
    """What the form of the tools saves."""

    tools: frozenset[str] | None
    """None when the user never chose."""
    include_images: bool
    urls_may_write: bool
    approvals: ApprovalChoices

    @property
    def version(self) -> str:
        """Tells one state of the form from another, for a page that is older than the last save."""
        names = "defaults" if self.tools is None else ",".join(sorted(self.tools))
        approvals = self.approvals.as_words()
        state = f"{names}|{self.include_images}|{self.urls_may_write}|{approvals}"
        return sha256(state.encode()).hexdigest()[:16]


class SelectionChanged(Exception):
    """The selection was changed since the form was rendered."""


class TooManySpaces(Exception):
    """The user has as many Spaces as they may; `limit` says how many."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"You can select at most {limit} Spaces. Remove one first.")
        self.limit = limit


NO_PREFERENCES = Preferences(tools=None, spaces=(), include_images=True)


@dataclass(frozen=True)
class KnownUser:
    """Somebody who signed in here."""

    user_id: int
    is_active: bool
    preferences: Preferences


def with_preferences(rows: QuerySet[Any], user: str, *columns: str) -> QuerySet[Any, Row]:
    """Return these columns and then what read_preferences takes, a row for each Space at least.

    `user` leads from a row to the person: "user__", or "" where it is the person.
    """
    spaces = FilteredRelation(f"{user}spaces", condition=Q(**{f"{user}spaces__is_active": True}))
    found: QuerySet[Any, Row] = (
        rows.annotate(active_spaces=spaces)
        .order_by("active_spaces__slot")
        .values_list(
            *columns,
            f"{user}hub_changes",
            f"{user}has_chosen_spaces",
            f"{user}tool_selection__tools",
            f"{user}tool_selection__include_images",
            f"{user}tool_selection__urls_may_write",
            *(f"{user}tool_selection__approve_{kind}" for kind in ALWAYS_ASK.as_words()),
            "active_spaces__space_id",
            "active_spaces__slot",
            "active_spaces__is_private",
            "active_spaces__title",
            "active_spaces__emoji",
            "active_spaces__was_default",
            "active_spaces__asks_first",
            "active_spaces__tools",
            "active_spaces__pins",
            "active_spaces__takes_over",
        )
    )
    return found


def read_preferences(rows: Sequence[Row], first: int) -> Preferences:
    """Read what with_preferences added, from the column `first` on."""
    approvals, space = first + 5, first + 8
    hub_changes, has_chosen_spaces, tools, include_images, urls_may_write = rows[0][first:approvals]
    return Preferences(
        tools=None if tools is None else frozenset(tools),
        spaces=tuple(_read_space(row[space:]) for row in rows if row[space] is not None),
        include_images=include_images is not False,
        hub_changes=hub_changes,
        has_chosen_spaces=has_chosen_spaces,
        urls_may_write=urls_may_write is True,
        approvals=read_choices(rows[0][approvals:space]),
    )


def _read_space(columns: Row) -> SavedSpace:
    *facts, tools, pins, takes_over = columns
    return SavedSpace(*(*facts, _set_or_none(tools), _set_or_none(pins), TakeOver(takes_over)))


def _set_or_none(values: Iterable[str] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)


def _known_user(rows: Sequence[Row]) -> KnownUser | None:
    if not rows:
        return None
    user_id, is_active = rows[0][:2]
    return KnownUser(user_id, is_active, read_preferences(rows, 2))


_BY_HF_ID = CompiledQuery(
    lambda hf_id: with_preferences(User.objects.filter(hf_id=hf_id), "", "pk", "is_active")
)


def load_preferences(user_id: int) -> Preferences:
    rows = with_preferences(User.objects.filter(pk=user_id), "", "pk", "is_active")
    user = _known_user(list(rows))
    return user.preferences if user else NO_PREFERENCES


def find_user(hf_id: str) -> KnownUser | None:
    """Return the user who signed in here with this Hugging Face id, if any."""
    return _known_user(_BY_HF_ID.rows(hf_id))


def note_hub_change(user_id: int) -> None:
    """Make every process forget the Hub's cached answers for this user."""
    User.objects.filter(pk=user_id).update(hub_changes=F("hub_changes") + 1)
    announce(user_id)


def save_tools(
    user: User,
    names: Iterable[str],
    include_images: bool,
    *,
    urls_may_write: bool = False,
    approvals: ApprovalChoices = ALWAYS_ASK,
    version: str | None = None,
) -> None:
    """Save which built-in tools the user wants; `version` is that of the choices it replaces.

    Raises ValueError for a name that nobody offers, SelectionChanged for another version.
    """
    wanted = set(names)
    if unknown := wanted - {tool.name for tool in catalogue.tools}:
        raise ValueError(f"Unknown tools: {', '.join(sorted(unknown))}.")
    saved = {
        "tools": sorted(wanted),
        "include_images": include_images,
        "urls_may_write": urls_may_write,
        **{f"approve_{kind}": choice for kind, choice in approvals.as_words().items()},
    }
    with transaction.atomic():
        _check_version(user.pk, version)
        ToolSelection.objects.update_or_create(user=user, defaults=saved)
        audit.record(Action.SELECTION_CHANGED, user, detail=saved)
    announce(user.pk)


def forget_tools(user: User, *, version: str | None = None) -> None:
    """Go back to the defaults, whatever they will be. Raises SelectionChanged."""
    user_id = user.pk
    with transaction.atomic():
        _check_version(user_id, version)
        ToolSelection.objects.filter(user_id=user_id).delete()
        audit.record(Action.SELECTION_CHANGED, user, detail={"tools": "defaults"})
    announce(user_id)


def _check_version(user_id: int, version: str | None) -> None:
    if version is None:
        return
    # The user's row is the lock: there may be no selection to lock yet.
    User.objects.select_for_update().get(pk=user_id)
    if load_preferences(user_id).tool_choices.version != version:
        raise SelectionChanged


def add_space(user: User, space_id: str, *, is_private: bool, title: str, emoji: str) -> SavedSpace:
    """Offer a Space as tools, in the slot that it had before if it was ever added.

    Raises TooManySpaces.
    """
    with transaction.atomic():
        _choose_spaces(user.pk)
        rows = SelectedSpace.objects.filter(user_id=user.pk)
        row = rows.filter(space_id=space_id).first()
        if row is None or not row.is_active:
            _check_room(rows.filter(is_active=True).count())
        if row is None:
            row = SelectedSpace(user_id=user.pk, space_id=space_id, slot=_next_slot(user.pk))
        elif not row.is_active:
            row.pins = None
        row.is_active = True
        row.is_private = is_private
        row.title = title[:200]
        row.emoji = emoji if len(emoji) <= MAX_EMOJI else ""
        row.save()
        audit.record(Action.SPACE_ADDED, user, detail=audited(row))
    announce(user.pk)
    return _saved_space(row)


def remove_space(user: User, space_id: str) -> None:
    """Stop offering a Space; its slot stays its own. Does nothing for one that is not there."""
    with transaction.atomic():
        row = own_space(user, space_id)
        if row is not None:
            row.is_active = False
            row.pins = None
            row.save(update_fields=["is_active", "pins"])
            PinnedTools.objects.filter(space=row).delete()
            audit.record(Action.SPACE_REMOVED, user, detail=audited(row))
    announce(user.pk)


def mark_space(user: User, space_id: str, *, asks_first: bool) -> bool:
    """Save whether the person is asked before each call; False for a Space that is not theirs."""
    with transaction.atomic():
        row = own_space(user, space_id)
        if row is None:
            return False
        row.asks_first = asks_first
        row.save(update_fields=["asks_first"])
        detail = {**audited(row), "asks_first": asks_first}
        audit.record(Action.SELECTION_CHANGED, user, detail=detail)
    announce(user.pk)
    return True


def choose_space_tools(user: User, space_id: str, tools: Iterable[str] | None) -> bool:
    """Save which tools of a Space are offered, None for all; False for one that is not theirs."""
    with transaction.atomic():
        row = own_space(user, space_id)
        if row is None:
            return False
        row.tools = None if tools is None else sorted(set(tools))
        row.save(update_fields=["tools"])
        chosen = "all" if row.tools is None else len(row.tools)
        detail = {**audited(row), "tools_of_space": chosen}
        audit.record(Action.SELECTION_CHANGED, user, detail=detail)
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
    for space_id in settings.DEFAULT_SPACES:
        if not SelectedSpace.objects.filter(user_id=user_id, space_id=space_id).exists():
            SelectedSpace.objects.create(
                user_id=user_id, space_id=space_id, slot=_next_slot(user_id), was_default=True
            )


def announce(user_id: int) -> None:
    """Tell this process's caches, once what was saved can be read by others."""
    transaction.on_commit(
        lambda: preferences_changed.send(sender=User, user_id=user_id), robust=True
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


def _saved_space(row: SelectedSpace) -> SavedSpace:
    return SavedSpace(
        row.space_id,
        row.slot,
        row.is_private,
        row.title,
        row.emoji,
        row.was_default,
        row.asks_first,
        _set_or_none(row.tools),
        _set_or_none(row.pins),
        TakeOver(row.takes_over),
    )
