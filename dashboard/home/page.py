"""What a person's own page shows."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from accounts.authorization.connections import ConnectedApp, authorized_apps
from accounts.authorization.scopes import Scope
from accounts.catalogue import ToolChoice, catalogue
from accounts.groups.offers import Offer
from accounts.groups.reading import offer_to
from accounts.models import AccessKey, HubCredential, User
from accounts.preferences import Preferences, load_preferences
from accounts.profiles.editing import edited_url
from accounts.readiness import permissions_from
from dashboard.home.assistants import MAX_SHOWN, assistants, sightings
from dashboard.home.calls import changes, last_hours, newest_calls
from dashboard.home.needs import needs_of
from dashboard.home.spaces import spaces_of
from mcpendpoint.files.models import StoredFile

MAX_FILES = 5
MAX_NEEDS = 10


@dataclass(frozen=True)
class ToolsOn:
    tools: tuple[ToolChoice, ...]

    @property
    def changing(self) -> list[ToolChoice]:
        """Those that can change something, or cost something."""
        return [tool for tool in self.tools if not tool.only_reads]


def home_context(request: HttpRequest, user: User) -> dict[str, Any]:
    now = timezone.now()
    preferences = load_preferences(user.pk, user.edited_profile_id)
    keys = list(AccessKey.objects.filter(user_id=user.pk))
    apps = authorized_apps(user)
    calls, is_cut = newest_calls(user, now)
    hours = last_hours(calls, now, is_cut=is_cut)
    rows = assistants(sightings(user, now), keys, apps, hours, now)
    credential = HubCredential.objects.filter(user_id=user.pk).first()
    permissions = permissions_from(credential, keys, _scopes_of(apps))
    offer = offer_to(user)
    tools, spaces = _tools_on(preferences, offer), spaces_of(preferences, offer)
    everywhere = [*tools], [*spaces]
    if user.edited_profile:
        # What assistants at the address without a name lack is no less urgent meanwhile.
        default = load_preferences(user.pk)
        everywhere[0].extend(set(_tools_on(default, offer)).difference(tools))
        everywhere[1].extend(set(spaces_of(default, offer)).difference(spaces))
    needs = needs_of(user, permissions, everywhere[0], keys, everywhere[1], now)
    return {
        "endpoint_url": edited_url(request, user),
        "assistants": rows[:MAX_SHOWN],
        "further_assistants": len(rows[MAX_SHOWN:]),
        "needs": needs[:MAX_NEEDS],
        "further_needs": len(needs[MAX_NEEDS:]),
        "tools_on": ToolsOn(tools),
        "spaces": spaces,
        "files": _files(user),
        "changes": changes(calls),
        "hub": settings.HF_ENDPOINT,
    }


def _scopes_of(apps: list[ConnectedApp]) -> frozenset[Scope]:
    return frozenset[Scope]().union(*(app.scopes for app in apps))


def _tools_on(preferences: Preferences, offer: Offer) -> tuple[ToolChoice, ...]:
    chosen = offer.chosen_tools(preferences.tools, catalogue)
    return tuple(tool for tool in chosen if offer.has_tool(tool.name))


def _files(user: User) -> list[StoredFile]:
    own = StoredFile.objects.filter(user_id=user.pk, expires_at__gt=timezone.now())
    return list(own.filter(is_complete=True)[:MAX_FILES])
