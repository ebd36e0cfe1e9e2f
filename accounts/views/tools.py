"""The tools section of the settings page: look at a preset, save, undo, go back to the defaults."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.catalogue import catalogue
from accounts.forms import ToolsForm
from accounts.groups.reading import offer_to
from accounts.models import AuditEvent, User
from accounts.preferences import (
    SelectionChanged,
    edited,
    forget_tools,
    load_preferences,
    save_tools,
)
from accounts.settings.proposals import Proposal, of_preset, of_undoing, undoable_event
from accounts.settings.tools import tools_context
from accounts.settings.undoing import Undoable, forget_change, last_change, note_change
from accounts.signed_in import for_users, is_htmx
from accounts.tool_choices import ToolChoices


class NothingToPropose(Exception):
    """In words for the person."""


@require_http_methods(["GET", "POST"])
@for_users
def tools(request: HttpRequest, user: User) -> HttpResponseBase:
    """Save the ticks; or show what is proposed, which saves nothing: a preset in place of what is
    saved (`?preset=`) or added to it (`?added_preset=`), or the undoing of a change in the log
    (`?undo=`).
    """
    if request.method == "POST":
        return _save(request, user)
    try:
        propose = _proposed(request, user)
    except NothingToPropose as error:
        context = {**tools_context(request, user), "problem": str(error)}
        return _show(request, user, context, 422)
    return _show(request, user, tools_context(request, user, propose=propose))


def _proposed(request: HttpRequest, user: User) -> Callable[[frozenset[str]], Proposal] | None:
    """Raises NothingToPropose."""
    if number := request.GET.get("undo"):
        return partial(of_undoing, _own_change(user, number))
    added = request.GET.get("added_preset")
    name = request.GET.get("preset") if added is None else added
    if name is None:
        return None
    bouquet = catalogue.bouquet(name)
    if bouquet is None:
        raise NothingToPropose("There is no such preset.")
    return partial(of_preset, bouquet, adds=added is not None)


def _own_change(user: User, number: str) -> AuditEvent:
    """Raises NothingToPropose."""
    event = undoable_event(user, number)
    if event is None:
        raise NothingToPropose("There is no such change to undo.")
    if event.detail.get("profile") != edited(user).get("profile"):
        name = event.detail.get("profile")
        profile = f"profile “{name}”" if name else "default profile"
        raise NothingToPropose(f"That was changed in your {profile}. Edit it, and undo it then.")
    return event


@require_POST
@for_users
def reset(request: HttpRequest, user: User) -> HttpResponseBase:
    before = load_preferences(user.pk, user.edited_profile_id).tool_choices
    forget_tools(user, begins_with=offer_to(user).ticked_at_first(catalogue))
    return _saved(request, user, "You are back to the defaults.", before)


@require_POST
@for_users
def undo(request: HttpRequest, user: User) -> HttpResponseBase:
    """Take back the last change; where a page says which version it saw, only that one's."""
    change = last_change(request, user)
    seen = request.POST.get("version")
    if change is None:
        return _not_undone(request, user, "There is nothing to undo.")
    try:
        if seen and seen != change.version:
            raise SelectionChanged
        _save_again(user, change, offer_to(user).ticked_at_first(catalogue))
    except SelectionChanged:
        problem = "Your tools were changed again since. Nothing was undone."
        return _not_undone(request, user, problem)
    forget_change(request, user, change.version)
    return _saved(request, user, "Undone: your tools are as they were before.", None)


def _save_again(user: User, change: Undoable, begins_with: frozenset[str]) -> None:
    """Raises SelectionChanged."""
    before = change.before
    if before.tools is None:
        forget_tools(user, version=change.version, begins_with=begins_with)
        return
    save_tools(
        user,
        before.tools & catalogue.names,
        before.include_images,
        urls_may_write=before.urls_may_write,
        version=change.version,
        begins_with=begins_with,
    )


def _not_undone(request: HttpRequest, user: User, problem: str) -> HttpResponseBase:
    return _show(request, user, {**tools_context(request, user), "problem": problem}, 409)


def _save(request: HttpRequest, user: User) -> HttpResponseBase:
    form = ToolsForm(request.POST)
    if not form.is_valid():
        return _show(request, user, tools_context(request, user, form), 422)
    before, offer = load_preferences(user.pk, user.edited_profile_id).tool_choices, offer_to(user)
    saved = offer.ticked_at_first(catalogue) if before.tools is None else before.tools
    form.keep_within(offer, saved)
    if form.errors:
        return _show(request, user, tools_context(request, user, form), 422)
    try:
        save_tools(
            user,
            form.cleaned_data["tools"],
            form.cleaned_data["include_images"],
            urls_may_write=form.cleaned_data["urls_may_write"],
            version=form.cleaned_data["version"] or None,
            begins_with=offer.ticked_at_first(catalogue),
        )
    except SelectionChanged:
        problem = (
            "Your tools were changed in another tab or browser since this page was opened. "
            "What you ticked here is not saved yet; save once more to replace what is saved."
        )
        return _show(request, user, {**tools_context(request, user, form), "problem": problem}, 409)
    return _saved(request, user, "Your tools are saved.", before)


def _saved(
    request: HttpRequest, user: User, said: str, before: ToolChoices | None
) -> HttpResponseBase:
    now = load_preferences(user.pk, user.edited_profile_id).tool_choices
    can_undo = before is not None and before != now
    if before is not None and can_undo:
        note_change(request, user, before, now)
    if is_htmx(request):
        toast = {"toast": said, "toast_undo": "undo-tools-form" if can_undo else ""}
        context = {**tools_context(request, user), **toast}
        return render(request, "accounts/_tools.html", context)
    messages.success(request, said)
    return redirect("accounts:tools")


def _show(
    request: HttpRequest, user: User, section: dict[str, Any], status: int = 200
) -> HttpResponse:
    name = "accounts/_tools.html" if is_htmx(request) else "accounts/settings/tools.html"
    return render(request, name, section, status=status)
