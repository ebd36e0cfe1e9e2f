"""What the settings page shows."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.access_keys import MAX_KEYS
from accounts.addresses import endpoint_url, site_url
from accounts.approval_pages import approvals_context, choice_rows
from accounts.authorization.apps_section import apps_context
from accounts.authorization.scopes import (
    Scope,
    ScopeLabel,
    read_scopes,
    scope_rows,
    scope_titles,
)
from accounts.catalogue import Bouquet, ToolChoice, catalogue
from accounts.clients.configuration import is_loopback
from accounts.clients.directory import guides_with_key
from accounts.clients.guide import Address
from accounts.credentials import oauth_scope
from accounts.forms import AccessKeyForm, ToolsForm, tools_form
from accounts.granting import scopes_to_hand_out
from accounts.groups.offers import Offer
from accounts.groups.reading import offer_to
from accounts.groups.words import told_to_members
from accounts.hub_webhooks import NewWebhook, own_webhook
from accounts.huggingface.permissions import (
    Permission,
    further_permissions,
    read_permissions,
)
from accounts.models import AccessKey, HubCredential, User
from accounts.pins import waiting_spaces
from accounts.preferences import Preferences, SavedSpace, load_preferences
from accounts.readiness import permissions_of
from accounts.space_selection import default_spaces
from accounts.tool_groups import ToolRow, tool_groups

MAX_TO_ADD = 20
"""Of the Spaces that groups offer by name, so many are listed."""
UNDO = "tools_before"
"""In the session: the choices before the last save, and the version that this save made."""


@dataclass(frozen=True)
class NewKey:
    """A key that was created just now: only the page that shows its text knows it."""

    name: str
    text: str


@dataclass(frozen=True)
class PresetPreview:
    """What a preset would change, if it were saved."""

    title: str
    added: tuple[ToolChoice, ...]
    removed: tuple[ToolChoice, ...]
    risky: tuple[ToolChoice, ...]
    """Those among the added ones that change something or cost something."""
    left_out: tuple[ToolChoice, ...]
    """Those that are not offered to this person."""


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


@dataclass(frozen=True)
class PermissionRow:
    """Something that this server might be allowed on Hugging Face, and what for."""

    permission: Permission
    tools: tuple[str, ...]


@dataclass(frozen=True)
class KeyRow:
    key: AccessKey
    has_expired: bool

    @property
    def titles(self) -> list[str]:
        return scope_titles(read_scopes(self.key.scope))

    @property
    def scope_rows(self) -> list[tuple[Scope, ScopeLabel, bool]]:
        """Each scope that there is, and whether the key has it."""
        return scope_rows(read_scopes(self.key.scope))


def address_context(request: HttpRequest, user: User) -> dict[str, Any]:
    url = endpoint_url(request, user.username)
    return {
        "endpoint_url": url,
        "shared_url": site_url(request) + reverse("mcpendpoint:shared"),
    }


def tools_context(
    request: HttpRequest,
    user: User,
    form: ToolsForm | None = None,
    preset: Bouquet | None = None,
) -> dict[str, Any]:
    """Return the section with what is saved, a form that was sent, or a preset to look at."""
    preferences, offer = load_preferences(user.pk, user.edited_profile_id), offer_to(user)
    saved = offer.ticked_at_first(catalogue) if preferences.tools is None else preferences.tools
    shown = saved if preset is None else frozenset(preset.tools)
    form = form or tools_form(shown, preferences.tool_choices)
    return {
        "tools_form": form,
        "tool_groups": tool_groups(_tool_rows(user, form, offer)),
        "approval_rows": choice_rows(form.approvals, form.errors, offer),
        "bouquets": _presets(offer),
        "offered": told_to_members(offer, catalogue),
        "preset": preset.name if preset else _matching_preset(preferences),
        "preview": preset and _preview(preset, saved, offer),
        "why_not": offer.why_not,
        "is_default": preferences.tools is None,
        "version": preferences.tool_choices.version,
        "can_undo": UNDO in request.session,
    }


def _tool_rows(user: User, form: ToolsForm, offer: Offer) -> list[ToolRow]:
    permissions = permissions_of(user)
    return [
        ToolRow(tool, is_ticked, tuple(permissions.needs_of(tool)))
        if offer.has_tool(tool.name)
        else ToolRow(tool, False, (), offer.why_not)
        for tool, is_ticked in form.rows()
    ]


def _presets(offer: Offer) -> list[Bouquet]:
    """Return those that would bring something: what everybody has is on without them."""
    always_on = {tool.name for tool in catalogue.tools if tool.is_always_on}

    def brings_something(preset: Bouquet) -> bool:
        brought = catalogue.with_brought(preset.tools) - always_on
        return not brought or any(map(offer.has_tool, brought))

    return [preset for preset in catalogue.bouquets if brings_something(preset)]


def _preview(preset: Bouquet, saved: frozenset[str], offer: Offer) -> PresetPreview:
    wanted, had = catalogue.with_brought(preset.tools), catalogue.with_brought(saved)
    offered = [tool for tool in catalogue.tools if offer.has_tool(tool.name)]
    changed = [tool for tool in offered if not tool.is_always_on]
    added = tuple(tool for tool in changed if tool.name in wanted - had)
    return PresetPreview(
        title=preset.title,
        added=added,
        removed=tuple(tool for tool in changed if tool.name in had - wanted),
        risky=tuple(tool for tool in added if not tool.only_reads),
        left_out=tuple(
            tool for tool in catalogue.tools if tool.name in wanted and tool not in offered
        ),
    )


def spaces_context(user: User) -> dict[str, Any]:
    preferences, offer = load_preferences(user.pk, user.edited_profile_id), offer_to(user)
    waiting, to_add = waiting_spaces(user), _spaces_to_add(preferences, offer)
    spaces = [
        _space_row(space, offer, waits=space.space_id in waiting) for space in preferences.spaces
    ]
    return {
        "spaces": spaces,
        "waiting_spaces": sum(space.waits for space in spaces),
        "default_spaces": [] if preferences.has_chosen_spaces else _default_spaces(offer),
        "offered": told_to_members(offer, catalogue),
        "spaces_to_add": to_add[:MAX_TO_ADD],
        "further_to_add": len(to_add[MAX_TO_ADD:]),
        "can_add_spaces": offer.spaces is None or bool(offer.spaces.patterns),
        "hub": settings.HF_ENDPOINT,
        "max_spaces": settings.MCP_MAX_SPACES,
    }


def keys_context(
    request: HttpRequest,
    user: User,
    form: AccessKeyForm | None = None,
    new_key: NewKey | None = None,
) -> dict[str, Any]:
    context: dict[str, Any] = {
        "key_form": form or AccessKeyForm(scopes_to_hand_out(user, request.session)),
        "keys": [_key_row(key) for key in AccessKey.objects.filter(user_id=user.pk)],
        "max_keys": MAX_KEYS,
        "new_key": new_key,
    }
    if new_key:
        address = Address(endpoint_url(request, user.username), new_key.text)
        context["guides"] = guides_with_key(address)
    return context


def webhook_context(
    request: HttpRequest, user: User, new_webhook: NewWebhook | None = None
) -> dict[str, Any]:
    row = new_webhook.row if new_webhook else own_webhook(user)
    url = row and site_url(request) + reverse("mcpendpoint:hub-webhook", args=[row.address])
    return {
        "webhook": row,
        "webhook_url": url,
        "webhook_secret": new_webhook and new_webhook.secret,
        "is_renewed": bool(new_webhook and new_webhook.is_renewed),
        "can_be_reached": not is_loopback(site_url(request)),
        "hub": settings.HF_ENDPOINT,
    }


def account_context(user: User) -> dict[str, Any]:
    credential = HubCredential.objects.filter(user_id=user.pk).first()
    scope = oauth_scope(user)
    return {
        "credential": credential,
        "needs_sign_in": credential is None or not credential.is_usable,
        "permissions": read_permissions(scope),
        "further_permissions": [_permission_row(each) for each in further_permissions(scope)],
        "has_oauth": bool(settings.HF_OAUTH_CLIENT_ID),
        "takes_tokens": settings.SIGN_IN_WITH_TOKEN,
        "hub": settings.HF_ENDPOINT,
    }


def page_context(request: HttpRequest, user: User, **sections: dict[str, Any]) -> dict[str, Any]:
    """Return everything, with some sections already made, such as one with errors in its form."""
    return {
        **approvals_context(user),
        **address_context(request, user),
        **sections.get("tools", tools_context(request, user)),
        **spaces_context(user),
        **apps_context(user),
        **sections.get("keys", keys_context(request, user)),
        **sections.get("webhook", webhook_context(request, user)),
        **account_context(user),
    }


def _matching_preset(preferences: Preferences) -> str | None:
    if preferences.tools is None:
        return None
    always_on = {tool.name for tool in catalogue.tools if tool.is_always_on}
    chosen = preferences.tools | always_on
    for bouquet in catalogue.bouquets:
        if always_on.union(bouquet.tools) == chosen:
            return bouquet.name
    return None


def _permission_row(permission: Permission) -> PermissionRow:
    tools = (tool.name for tool in catalogue.tools if permission.scope in tool.hub_scopes)
    return PermissionRow(permission, tuple(tools))


def _key_row(key: AccessKey) -> KeyRow:
    return KeyRow(
        key=key,
        has_expired=key.expires_at is not None and key.expires_at <= timezone.now(),
    )


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
