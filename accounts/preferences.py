"""What a user saved: read by the endpoint on each request, written by the settings pages.

All writes go through here, and each announces itself with `preferences_changed`, so that caches in
this process forget at once. Other processes keep what they read for a second at most.
"""

from dataclasses import dataclass

from django.dispatch import Signal

from accounts.models import SelectedSpace, ToolSelection, User

preferences_changed = Signal()
"""Sent with `user_id` after anything that decides about a user's requests was saved."""


@dataclass(frozen=True)
class SavedSpace:
    space_id: str
    """owner/name"""
    slot: int
    is_private: bool
    title: str
    emoji: str


@dataclass(frozen=True)
class Preferences:
    tools: frozenset[str] | None
    """Names of built-in tools; None when the user never chose."""
    spaces: tuple[SavedSpace, ...]
    """In order of slot."""
    include_images: bool


def load_preferences(user_id: int) -> Preferences:
    selection = ToolSelection.objects.filter(user_id=user_id).first()
    spaces = SelectedSpace.objects.filter(user_id=user_id, is_active=True)
    return Preferences(
        tools=None if selection is None else frozenset(selection.tools),
        spaces=tuple(
            SavedSpace(row.space_id, row.slot, row.is_private, row.title, row.emoji)
            for row in spaces
        ),
        include_images=selection.include_images if selection else True,
    )


def find_user_id(hf_id: str) -> int | None:
    """Return the user who signed in here with this Hugging Face id, if any."""
    return User.objects.filter(hf_id=hf_id, is_active=True).values_list("pk", flat=True).first()
