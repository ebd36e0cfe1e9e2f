"""The Spaces that a person selected, those that come with the server, and those of their groups."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from accounts.catalogue import catalogue
from accounts.groups.offers import Offer
from accounts.groups.reading import offer_to
from accounts.groups.words import told_to_members
from accounts.models import User
from accounts.pins import waiting_spaces
from accounts.preferences import Preferences, SavedSpace, load_preferences
from accounts.space_selection import default_spaces

MAX_TO_ADD = 20
"""Of the Spaces that groups offer by name, so many are listed."""


@dataclass(frozen=True)
class SpaceRow:
    space: SavedSpace
    prefix: str
    """What the names of its tools begin with."""
    hub_url: str
    owner: str
    name: str
    waits: bool
    """Whether tools of it wait for the person's agreement."""
    why_not: str
    """Why it has no effect, "" where it has."""


def spaces_context(user: User) -> dict[str, Any]:
    preferences, offer = load_preferences(user.pk, user.edited_profile_id), offer_to(user)
    waiting, to_add = waiting_spaces(user), _spaces_to_add(preferences, offer)
    spaces = [
        _space_row(space, offer, waits=space.space_id in waiting) for space in preferences.spaces
    ]
    return {
        "spaces": spaces,
        "default_spaces": [] if preferences.has_chosen_spaces else _default_spaces(offer),
        "offered": told_to_members(offer, catalogue),
        "spaces_to_add": to_add[:MAX_TO_ADD],
        "further_to_add": len(to_add[MAX_TO_ADD:]),
        "can_add_spaces": offer.spaces is None or bool(offer.spaces.patterns),
        "hub": settings.HF_ENDPOINT,
        "max_spaces": settings.MCP_MAX_SPACES,
    }


def _default_spaces(offer: Offer) -> list[tuple[str, str, str, str]]:
    """Return the id of each, its owner, its name, and why it has no effect."""
    return [
        (space_id, *space_id.partition("/")[::2], offer.why_no_space(space_id))
        for space_id in default_spaces(offer)
    ]


def _spaces_to_add(preferences: Preferences, offer: Offer) -> list[str]:
    """Return those that the groups name one by one, as far as they are not there."""
    if offer.spaces is None:
        return []
    saved = [space.space_id for space in preferences.spaces]
    there = saved if preferences.has_chosen_spaces else default_spaces(offer)
    has = {space_id.lower() for space_id in there}
    return [space_id for space_id in offer.spaces.ids if space_id not in has]


def _space_row(space: SavedSpace, offer: Offer, *, waits: bool) -> SpaceRow:
    owner, _, name = space.space_id.partition("/")
    return SpaceRow(
        space=space,
        prefix=space.prefix,
        hub_url=f"{settings.HF_ENDPOINT}/spaces/{space.space_id}",
        owner=owner,
        name=name,
        waits=waits,
        why_not=offer.why_no_space(space.space_id),
    )
