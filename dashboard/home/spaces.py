"""A person's Spaces, and what is known of each without asking anybody."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from accounts.groups.offers import Offer
from accounts.preferences import Preferences
from accounts.space_selection import default_spaces
from mcpendpoint.gradio.last_known import LastKnown, last_known_of
from mcpendpoint.gradio.states import ASLEEP, RUNNING, explain_state


@dataclass(frozen=True)
class Space:
    space_id: str
    title: str
    emoji: str
    state: str
    """For people, "" where it is not known, or there is nothing to say."""
    trouble: str
    """Why a call would not work now, "" for nothing that is known."""
    is_asleep: bool
    status_url: str
    hub_url: str
    why_not: str
    """Why it is not offered to this person, "" where it is."""


def spaces_of(preferences: Preferences, offer: Offer) -> list[Space]:
    """Return their Spaces; the default ones are theirs until they choose."""
    named = [(space.space_id, space.title, space.emoji) for space in preferences.spaces]
    if not preferences.has_chosen_spaces:
        named += [(space_id, "", "") for space_id in default_spaces(offer)]
    private = {space.space_id for space in preferences.spaces if space.is_private}
    why_not = {space_id: offer.why_no_space(space_id) for space_id, *_ in named}
    # What is known of a private one is known to whoever asked with a token of their own. How one
    # that is not offered does is of no use.
    told = [each for each, why in why_not.items() if each not in private and not why]
    known = last_known_of(told)
    return [_space(*about, known.get(about[0]), why_not[about[0]]) for about in named]


def broken(spaces: Iterable[Space]) -> list[Space]:
    return [space for space in spaces if space.trouble and not space.is_asleep]


def asleep(spaces: Iterable[Space]) -> list[Space]:
    return [space for space in spaces if space.is_asleep]


def _space(space_id: str, title: str, emoji: str, known: LastKnown | None, why_not: str) -> Space:
    owner, _, name = space_id.partition("/")
    hub_url = f"{settings.HF_ENDPOINT}/spaces/{space_id}"
    is_told = known is not None and known.stage not in RUNNING
    return Space(
        space_id=space_id,
        title=title or name,
        emoji=emoji,
        state=known.state if known is not None and is_told else "",
        trouble=_trouble(space_id, hub_url, known) if known is not None else "",
        is_asleep=known is not None and known.stage == ASLEEP,
        status_url=reverse("spaces:status", args=[owner, name]),
        hub_url=hub_url,
        why_not=why_not,
    )


def _trouble(space_id: str, hub_url: str, known: LastKnown) -> str:
    if why := explain_state(space_id, known.stage, hub_url):
        return str(why)
    return known.rest or ("" if known.may_need_token else known.failure)
