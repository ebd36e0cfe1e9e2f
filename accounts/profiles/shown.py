"""What the page of profiles shows."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from accounts.addresses import endpoint_url, site_url
from accounts.authorization.connections import connected_apps
from accounts.catalogue import catalogue
from accounts.groups.reading import offer_to
from accounts.models import AccessKey, User
from accounts.preferences import load_preferences
from accounts.profile_models import Profile
from accounts.profiles.changing import MAX_PROFILES, own_profiles, profile_called
from accounts.profiles.names import FIRST_NAME
from accounts.profiles.sharing import share_path
from accounts.space_selection import default_spaces


@dataclass(frozen=True)
class ProfileRow:
    profile: Profile
    url: str
    tools: int
    spaces: int
    share_url: str
    is_edited: bool


def profiles_context(request: HttpRequest, user: User) -> dict[str, Any]:
    own = own_profiles(user) or [profile_called(user, FIRST_NAME)]
    return {
        "rows": [_row(request, user, profile) for profile in own],
        "named": [profile for profile in own if profile.pk],
        "keys": AccessKey.objects.filter(user_id=user.pk),
        "apps": connected_apps(user),
        "has_room": len(own) < MAX_PROFILES,
        "max_profiles": MAX_PROFILES,
    }


def _row(request: HttpRequest, user: User, profile: Profile) -> ProfileRow:
    saved, offer = load_preferences(user.pk, profile.pk), offer_to(user)
    ticked = offer.ticked_at_first(catalogue) if saved.tools is None else saved.tools
    spaces = saved.spaces if saved.has_chosen_spaces else default_spaces(offer)
    name = None if profile.is_default else profile.name
    return ProfileRow(
        profile=profile,
        url=endpoint_url(request, user.username, name),
        tools=sum(tool.name in ticked or tool.is_always_on for tool in catalogue.tools),
        spaces=len(spaces),
        share_url=site_url(request) + share_path(user, profile),
        is_edited=user.edited_profile_id == (None if profile.is_default else profile.pk),
    )
