"""The tools that are ticked, what a preset would change about them, and what each still lacks."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from accounts.catalogue import Bouquet, ToolChoice, catalogue
from accounts.consequences import ApprovalChoices
from accounts.forms import ToolsForm, tools_form
from accounts.groups.offers import Offer
from accounts.groups.reading import offer_to
from accounts.groups.words import told_to_members
from accounts.models import User
from accounts.operators.models import Role
from accounts.operators.roles import role_of
from accounts.preferences import Preferences, load_preferences
from accounts.readiness import permissions_of
from accounts.settings.rules import rules_of
from accounts.settings.undoing import last_change
from accounts.tool_groups import ToolRow, is_found, tool_groups

MAX_QUERY = 100


@dataclass(frozen=True)
class PresetPreview:
    """What a preset would change, if it were saved."""

    title: str
    is_added: bool
    """To the tools that its person has, in whose place it comes otherwise."""
    added: tuple[ToolChoice, ...]
    removed: tuple[ToolChoice, ...]
    risky: tuple[ToolChoice, ...]
    """Those among the added ones that change something or cost something."""
    left_out: tuple[ToolChoice, ...]
    """Those that are not offered to this person."""


def tools_context(
    request: HttpRequest,
    user: User,
    form: ToolsForm | None = None,
    preset: Bouquet | None = None,
    *,
    adds: bool = False,
) -> dict[str, Any]:
    """Return the page with what is saved, a form that was sent, or a preset to look at, in place
    of what is saved or added to it.
    """
    preferences, offer = load_preferences(user.pk, user.edited_profile_id), offer_to(user)
    saved = offer.ticked_at_first(catalogue) if preferences.tools is None else preferences.tools
    wanted = saved if preset is None else frozenset(preset.tools)
    shown = wanted | saved if adds else wanted
    form = form or tools_form(shown, preferences.tool_choices)
    query = request.GET.get("q", "").strip()[:MAX_QUERY]
    version, undoable = preferences.tool_choices.version, last_change(request, user)
    approvals = preferences.approvals.or_stricter(offer.least)
    rows = _tool_rows(user, form, offer, approvals, query)
    return {
        "tools_form": form,
        "tool_groups": tool_groups(rows),
        "query": query,
        "found": sum(row.is_found for row in rows),
        "tool_count": len(rows),
        "on_count": sum(row.is_ticked for row in rows),
        "saves_at_once": preset is None and not form.is_bound,
        "bouquets": _presets(offer),
        "offered": told_to_members(offer, catalogue),
        "preset": preset.name if preset else _matching_preset(preferences),
        "preview": preset and _preview(preset, saved, offer, adds=adds),
        "why_not": offer.why_not,
        "may_change_groups": bool(offer.groups) and role_of(user) is Role.ADMIN,
        "is_default": preferences.tools is None,
        "version": version,
        "can_undo": undoable is not None and undoable.version == version,
    }


def _tool_rows(
    user: User, form: ToolsForm, offer: Offer, approvals: ApprovalChoices, query: str
) -> list[ToolRow]:
    permissions = permissions_of(user)

    def row_of(tool: ToolChoice, is_ticked: bool) -> ToolRow:
        found = is_found(tool, query)
        if not offer.has_tool(tool.name):
            return ToolRow(tool, False, (), offer.why_not, is_found=found)
        needs, rules = tuple(permissions.needs_of(tool)), rules_of(tool.kinds, approvals)
        return ToolRow(tool, is_ticked, needs, is_found=found, rules=rules)

    return [row_of(tool, is_ticked) for tool, is_ticked in form.rows()]


def _presets(offer: Offer) -> list[Bouquet]:
    """Return those that would bring something: what everybody has is on without them."""
    always_on = {tool.name for tool in catalogue.tools if tool.is_always_on}

    def brings_something(preset: Bouquet) -> bool:
        brought = catalogue.with_brought(preset.tools) - always_on
        return not brought or any(map(offer.has_tool, brought))

    return [preset for preset in catalogue.bouquets if brings_something(preset)]


def _preview(preset: Bouquet, saved: frozenset[str], offer: Offer, *, adds: bool) -> PresetPreview:
    brought, had = catalogue.with_brought(preset.tools), catalogue.with_brought(saved)
    wanted = brought | had if adds else brought
    offered = [tool for tool in catalogue.tools if offer.has_tool(tool.name)]
    changed = [tool for tool in offered if not tool.is_always_on]
    added = tuple(tool for tool in changed if tool.name in wanted - had)
    return PresetPreview(
        title=preset.title,
        is_added=adds,
        added=added,
        removed=tuple(tool for tool in changed if tool.name in had - wanted),
        risky=tuple(tool for tool in added if not tool.only_reads),
        left_out=tuple(
            tool for tool in catalogue.tools if tool.name in brought and tool not in offered
        ),
    )


def _matching_preset(preferences: Preferences) -> str | None:
    if preferences.tools is None:
        return None
    always_on = {tool.name for tool in catalogue.tools if tool.is_always_on}
    chosen = preferences.tools | always_on
    for bouquet in catalogue.bouquets:
        if always_on.union(bouquet.tools) == chosen:
            return bouquet.name
    return None
