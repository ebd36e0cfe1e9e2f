"""The tools that are ticked, what a preset would change about them, and what each still lacks."""

from collections.abc import Callable
from dataclasses import replace
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
from accounts.settings.proposals import Proposal, preview
from accounts.settings.rules import rules_of
from accounts.settings.undoing import last_change
from accounts.tool_groups import ToolRow, is_found, tool_groups

MAX_QUERY = 100


def tools_context(
    request: HttpRequest,
    user: User,
    form: ToolsForm | None = None,
    propose: Callable[[frozenset[str]], Proposal] | None = None,
) -> dict[str, Any]:
    """Return the page with what is saved, a form that was sent, or what `propose` makes of the
    tools that are saved.
    """
    preferences, offer = load_preferences(user.pk, user.edited_profile_id), offer_to(user)
    choices = preferences.tool_choices
    saved = offer.ticked_at_first(catalogue) if choices.tools is None else choices.tools
    proposal = propose(saved) if propose else None
    shown = proposal.applied(choices) if proposal else replace(choices, tools=saved)
    form = form or tools_form(shown)
    query = request.GET.get("q", "").strip()[:MAX_QUERY]
    version, undoable = choices.version, last_change(request, user)
    approvals = preferences.approvals.or_stricter(offer.least)
    rows = _tool_rows(user, form, offer, approvals, query)
    return {
        "tools_form": form,
        "tool_groups": tool_groups(rows),
        "query": query,
        "found": sum(row.is_found for row in rows),
        "tool_count": len(rows),
        "on_count": sum(row.is_ticked for row in rows),
        "saves_at_once": proposal is None and not form.is_bound,
        "bouquets": _presets(offer),
        "offered": told_to_members(offer, catalogue),
        "preset": proposal.preset if proposal else _matching_preset(preferences),
        "preview": proposal and preview(proposal, saved, choices, offer),
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


def _matching_preset(preferences: Preferences) -> str | None:
    if preferences.tools is None:
        return None
    always_on = {tool.name for tool in catalogue.tools if tool.is_always_on}
    chosen = preferences.tools | always_on
    for bouquet in catalogue.bouquets:
        if always_on.union(bouquet.tools) == chosen:
            return bouquet.name
    return None
