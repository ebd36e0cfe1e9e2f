"""What an app has that is let in: the tools and Spaces of each profile that it could open."""

from collections.abc import Container, Iterable
from dataclasses import dataclass

from accounts.authorization.models import Application, Connection
from accounts.authorization.resources import audiences_of
from accounts.authorization.scopes import Scope, scopes_for, with_implied
from accounts.catalogue import catalogue
from accounts.groups.offers import Offer
from accounts.groups.reading import offer_to
from accounts.models import User
from accounts.preferences import load_preferences
from accounts.profile_models import Profile
from accounts.profiles.changing import own_profiles
from accounts.space_selection import default_spaces


@dataclass(frozen=True)
class Contents:
    """What one profile has of what the app asks for."""

    profile: Profile | None
    """None for the only selection that somebody has."""
    tools: tuple[str, ...]
    """Their titles."""
    spaces: tuple[str, ...]


def profiles_for(user: User, resources: Iterable[str]) -> list[Profile]:
    """Return those that an app could be held to: at the address of one profile, that one alone."""
    own, audiences = own_profiles(user), audiences_of(resources)
    named = [profile for profile in own if f"/{profile.name}" in audiences]
    return named if len(named) == len(audiences) else own


def bound_profile(user: User, application: Application) -> int | None:
    """Return the only profile that an app opens that was let in before."""
    connections = Connection.objects.filter(user_id=user.pk, application_id=application.pk)
    return connections.values_list("profile_id", flat=True).first()


def contents_of(user: User, profiles: Iterable[Profile], scopes: Iterable[Scope]) -> list[Contents]:
    offer, allowed = offer_to(user), with_implied(scopes)
    shown: list[Profile | None] = [*profiles]
    return [_contents(user, profile, offer, allowed) for profile in shown or [None]]


def _contents(
    user: User, profile: Profile | None, offer: Offer, allowed: Container[Scope]
) -> Contents:
    saved = load_preferences(user.pk, profile.pk if profile else None)
    tools = [
        tool.title
        for tool in offer.chosen_tools(saved.tools, catalogue)
        if offer.has_tool(tool.name) and all(need in allowed for need in scopes_for(tool.effects))
    ]
    spaces = (
        [space.space_id for space in saved.spaces]
        if saved.has_chosen_spaces
        else default_spaces(offer)
    )
    return Contents(profile, tuple(tools), tuple(spaces) if Scope.SPACES in allowed else ())
