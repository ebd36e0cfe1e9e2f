"""What a user saved: read by the endpoint on each request, written by the settings pages.

All writes go through here, and each announces itself with `preferences_changed`, so that caches in
this process forget at once. Other processes hear of it within a second: accounts.news.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, FilteredRelation, JSONField, Q, QuerySet, Subquery, Value
from django.dispatch import Signal

from accounts import audit
from accounts.audit import Action
from accounts.catalogue import catalogue
from accounts.compiled_query import CompiledQuery, Row
from accounts.consequences import ALWAYS_ASK, ApprovalChoices, read_choices
from accounts.models import ToolSelection, User
from accounts.profile_models import CHOSEN_OF_SPACE, Profile
from accounts.space_changes import TakeOver
from accounts.space_prefixes import space_prefix, url_space_prefix
from accounts.tool_choices import ToolChoices, switched
from accounts.tool_words import ToolWords, read_words

preferences_changed = Signal()
"""Sent with `user_id` after anything that decides about a user's requests was saved, here or
elsewhere; None stands for everybody. In whatever thread saved it."""


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
    """Fingerprints of what they agreed to; None where nothing was seen yet."""
    takes_over: TakeOver = TakeOver.NOTHING
    tool_words: tuple[ToolWords, ...] = ()
    header_names: frozenset[str] = frozenset()
    """Headers of which it was given a value, in lower case."""
    offers_resources: bool = False
    offers_prompts: bool = False
    answers_within: int | None = None
    """Seconds after which a call that is not done answers how to get its result."""
    pins_cover_parts: bool = False
    """Whether the pins are of prompts and resources as well."""

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
    named_elsewhere: tuple[SavedSpace, ...] = ()
    """Those of the Spaces that a URL names which other profiles have: what is chosen there holds,
    as a URL may not loosen it by going by the address of a profile that lacks the Space."""

    @property
    def tool_choices(self) -> ToolChoices:
        return ToolChoices(self.tools, self.include_images, self.urls_may_write)

    def asks_before(self, space_id: str) -> bool:
        """Return whether the person marked this Space."""
        wanted = space_id.lower()
        return any(
            space.asks_first and space.space_id.lower() == wanted for space in self.known_spaces
        )

    @property
    def known_spaces(self) -> tuple[SavedSpace, ...]:
        return (*self.spaces, *self.named_elsewhere)


class SelectionChanged(Exception):
    """The selection was changed since the form was rendered."""


NEVER_CHOSE = Value(None, JSONField())
"""In the column of the tools: a choice about something else is saved, so the defaults hold."""

NO_PREFERENCES = Preferences(tools=None, spaces=(), include_images=True)


@dataclass(frozen=True)
class KnownUser:
    """Somebody who signed in here."""

    user_id: int
    is_active: bool
    preferences: Preferences


def with_preferences(
    rows: QuerySet[Any], user: str, *columns: str | Subquery
) -> QuerySet[Any, Row]:
    """Return these columns and then what read_preferences takes, a row for each Space at least.

    `user` leads from a row to the person: "user__", or "" where it is the person. It is their
    default profile that is read.
    """
    selected = {f"{user}spaces__is_active": True, f"{user}spaces__is_in_default": True}
    spaces = FilteredRelation(f"{user}spaces", condition=Q(**selected))
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
            *(f"{user}tool_selection__{column}" for column in ALWAYS_ASK.as_columns()),
            *(f"active_spaces__{column}" for column in SPACE_COLUMNS),
        )
    )
    return found


def read_preferences(rows: Sequence[Row], first: int) -> Preferences:
    """Read what with_preferences added, from the column `first` on."""
    approvals, space = first + 5, first + 8
    hub_changes, has_chosen_spaces, tools, include_images, urls_may_write = rows[0][first:approvals]
    return Preferences(
        tools=None if tools is None else frozenset(tools),
        spaces=tuple(read_space(row[space:]) for row in rows if row[space] is not None),
        include_images=include_images is not False,
        hub_changes=hub_changes,
        has_chosen_spaces=has_chosen_spaces,
        urls_may_write=urls_may_write is True,
        approvals=read_choices(rows[0][approvals:space]),
    )


SPACE_COLUMNS = (
    *("space_id", "slot", "is_private", "title", "emoji", "was_default", "asks_first"),
    *("tools", "pins", "takes_over", "tool_words", "header_names"),
    *("offers_resources", "offers_prompts", "answers_within", "pins_cover_parts"),
)
"""What read_space takes of a SelectedSpace, in this order."""


def read_space(columns: Sequence[Any]) -> SavedSpace:
    facts, parts = columns[:7], columns[12:]
    tools, pins, takes_over, words, header_names = columns[7:12]
    read = (
        *(_set_or_none(tools), _set_or_none(pins), TakeOver(takes_over)),
        *(read_words(words), frozenset(header_names or ())),
    )
    return SavedSpace(*(*facts, *read, *parts))


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


def load_preferences(user_id: int, profile_id: int | None = None) -> Preferences:
    """Return what somebody saved: in one profile of theirs, or else in the default one."""
    if profile_id is not None:
        further = list(_of_profiles(Profile.objects.filter(user_id=user_id, pk=profile_id)))
        if further and not further[0][0]:
            return read_preferences(further, 1)
    rows = with_preferences(User.objects.filter(pk=user_id), "", "pk", "is_active")
    user = _known_user(list(rows))
    return user.preferences if user else NO_PREFERENCES


def preferences_of(
    user_id: int, profile_id: int | None, rows: Sequence[Row], first: int
) -> Preferences:
    """Return what a credential selects that opens one profile only, or each (None): then it is
    read from the rows that it was found by, as read_preferences does.
    """
    if profile_id is None:
        return read_preferences(rows, first)
    return load_preferences(user_id, profile_id)


def load_profile(user_id: int, name: str) -> Preferences | None:
    """Return what somebody saved in their profile of this name, if they have one."""
    rows = list(_of_profiles(Profile.objects.filter(user_id=user_id, name=name)))
    if not rows:
        return None
    is_default = rows[0][0]
    return load_preferences(user_id) if is_default else read_preferences(rows, 1)


def _of_profiles(rows: QuerySet[Profile]) -> QuerySet[Profile, Row]:
    """Return whether it is the default one, whose choices are elsewhere, and as
    with_preferences does the rest.
    """
    found: QuerySet[Profile, Row] = rows.order_by("spaces__space__slot").values_list(
        "is_default",
        "user__hub_changes",
        Value(True),  # noqa: FBT003 - has_chosen_spaces
        *("tools", "include_images", "urls_may_write"),
        *ALWAYS_ASK.as_columns(),
        *(
            f"spaces__{column}" if column in CHOSEN_OF_SPACE else f"spaces__space__{column}"
            for column in SPACE_COLUMNS
        ),
    )
    return found


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
    version: str | None = None,
    begins_with: frozenset[str] | None = None,
) -> None:
    """Save which built-in tools the user wants in the profile that they edit; `version` is that
    of the choices it replaces, `begins_with` what they had if they never chose.

    Raises ValueError for a name that nobody offers, SelectionChanged for another version.
    """
    wanted = set(names)
    if unknown := wanted - {tool.name for tool in catalogue.tools}:
        raise ValueError(f"Unknown tools: {', '.join(sorted(unknown))}.")
    saved = {
        "tools": sorted(wanted),
        "include_images": include_images,
        "urls_may_write": urls_may_write,
    }
    now = ToolChoices(frozenset(wanted), include_images, urls_may_write)
    with transaction.atomic():
        before = _checked(user, version)
        if user.edited_profile is None:
            ToolSelection.objects.update_or_create(user=user, defaults=saved)
        else:
            _change_profile(user.edited_profile, saved)
        told = switched(before, now, _first_tools(begins_with))
        audit.record(Action.SELECTION_CHANGED, user, detail=told | saved | edited(user))
    announce(user.pk)


def save_approvals(user: User, approvals: ApprovalChoices, *, version: str | None = None) -> None:
    """Save what the user wants to be asked about in the profile that they edit, and leave its
    tools as they are.

    `version` is that of the choices it replaces. Raises SelectionChanged for another one.
    """
    saved = approvals.as_columns()
    with transaction.atomic():
        if version is not None and _locked(user).approvals.version != version:
            raise SelectionChanged
        if user.edited_profile is None:
            ToolSelection.objects.update_or_create(
                user=user, defaults=saved, create_defaults={**saved, "tools": NEVER_CHOSE}
            )
        else:
            _change_profile(user.edited_profile, saved)
        audit.record(Action.SELECTION_CHANGED, user, detail=saved | edited(user))
    announce(user.pk)


def forget_tools(
    user: User, *, version: str | None = None, begins_with: frozenset[str] | None = None
) -> None:
    """Go back to the default tools, whatever they will be; what is asked about stays.

    Raises SelectionChanged.
    """
    defaults = {"include_images": True, "urls_may_write": False}
    now = ToolChoices(None, include_images=True, urls_may_write=False)
    with transaction.atomic():
        before = _checked(user, version)
        if user.edited_profile is None:
            rows = ToolSelection.objects.filter(user_id=user.pk)
            rows.update(tools=NEVER_CHOSE, **defaults)
        else:
            _change_profile(user.edited_profile, {"tools": None, **defaults})
        told = switched(before, now, _first_tools(begins_with))
        detail = {**told, "tools": "defaults", **edited(user)}
        audit.record(Action.SELECTION_CHANGED, user, detail=detail)
    announce(user.pk)


PROFILE_DEFAULTS = {
    "tools": None,
    "include_images": True,
    "urls_may_write": False,
    **ALWAYS_ASK.as_columns(),
}
"""Columns of a profile that nothing was chosen for."""


def _change_profile(profile: Profile, saved: Mapping[str, Any]) -> None:
    """Raises SelectionChanged for a profile that is gone, or has become the default one."""
    own = Profile.objects.filter(user_id=profile.user_id, is_default=False)
    if not own.filter(pk=profile.pk).update(**saved):
        raise SelectionChanged


def edited(user: User) -> dict[str, str]:
    """Return, for the log, which profile is changed."""
    return {"profile": user.edited_profile.name} if user.edited_profile else {}


def _first_tools(told: frozenset[str] | None) -> frozenset[str]:
    always_on = {tool.name for tool in catalogue.tools if tool.is_always_on}
    return (catalogue.default_tools if told is None else told) - always_on


def _checked(user: User, version: str | None) -> ToolChoices:
    """Raises SelectionChanged."""
    choices = _locked(user).tool_choices
    if version is not None and choices.version != version:
        raise SelectionChanged
    return choices


def _locked(user: User) -> Preferences:
    """Read what the profile that they edit has under a lock, which is the user's row: there may be
    no selection to lock yet.
    """
    User.objects.select_for_update().get(pk=user.pk)
    return load_preferences(user.pk, user.edited_profile_id)


def announce(user_id: int) -> None:
    """Tell this process's caches, once what was saved can be read by others."""
    transaction.on_commit(
        lambda: preferences_changed.send(sender=User, user_id=user_id), robust=True
    )
