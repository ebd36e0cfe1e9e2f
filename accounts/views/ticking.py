"""A tick of the Tools page, which is saved at once; by script only, others send the whole form.

The answer has parts of the page, and in `tools-saved` which boxes are ticked: static/js/ticking.js.
The box itself is not drawn anew, or it would lose the focus, and clicks that came meanwhile.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from django_htmx.http import reswap, retarget, trigger_client_event

from accounts.catalogue import catalogue
from accounts.forms import TickForm
from accounts.groups.offers import Offer
from accounts.groups.reading import offer_to
from accounts.models import User
from accounts.preferences import SelectionChanged, load_preferences, save_tools
from accounts.settings.ticking import Tick, boxes_of, differences, title_of
from accounts.settings.tools import tools_context
from accounts.settings.undoing import note_change
from accounts.signed_in import for_users, is_htmx
from accounts.tool_choices import TOOL_OPTIONS, ToolChoices


@require_POST
@for_users
def tick(request: HttpRequest, user: User) -> HttpResponseBase:
    form, offer = TickForm(request.POST), offer_to(user)
    if not form.is_valid():
        errors = [str(error) for each in form.errors.values() for error in each]
        return _drawn_anew(request, user, " ".join(errors), 422)
    wanted = Tick(form.cleaned_data["changed"], form.is_on)
    if wanted.is_on and wanted.name not in TOOL_OPTIONS and not offer.has_tool(wanted.name):
        problem = f"“{title_of(wanted.name, catalogue)}”: {offer.why_not}"
        return _drawn_anew(request, user, problem, 422)
    before = _choices_of(user)
    try:
        if before.version != form.cleaned_data["version"]:
            raise SelectionChanged
        _save(user, wanted, before, offer)
    except SelectionChanged:
        return _changed_elsewhere(request, user, form, wanted, offer)
    now = _choices_of(user)
    if now == before:
        return _told(request, user, {"toast": _why_unchanged(wanted, now, offer)})
    note_change(request, user, before, now)
    return _told(request, user, {"toast": _said(wanted), "toast_undo": "undo-tools-form"})


def _choices_of(user: User) -> ToolChoices:
    return load_preferences(user.pk, user.edited_profile_id).tool_choices


def _saved(choices: ToolChoices, offer: Offer) -> frozenset[str]:
    """Return what the choices stand for, without what is on anyway or is there no more."""
    saved = offer.ticked_at_first(catalogue) if choices.tools is None else choices.tools
    return saved.intersection(tool.name for tool in catalogue.tools if not tool.is_always_on)


def _save(user: User, wanted: Tick, before: ToolChoices, offer: Offer) -> None:
    """Raises SelectionChanged."""
    saved = _saved(before, offer)
    if wanted.name in boxes_of(before, saved, catalogue) and wanted.is_on:
        return
    tools, options = wanted.changed(before, saved)
    if tools == saved and wanted.name not in TOOL_OPTIONS:
        return
    save_tools(user, tools, version=before.version, begins_with=saved, **options)


def _said(wanted: Tick) -> str:
    return f"“{title_of(wanted.name, catalogue)}” is {'on' if wanted.is_on else 'off'}."


def _why_unchanged(wanted: Tick, now: ToolChoices, offer: Offer) -> str:
    """Return why a box is still ticked; "" where it is as it was wanted already."""
    saved = _saved(now, offer)
    if wanted.is_on or wanted.name not in catalogue.with_brought(saved):
        return ""
    needing = [f"“{tool.title}”" for tool in catalogue.tools if wanted.name in tool.brings]
    title = title_of(wanted.name, catalogue)
    return f"“{title}” stays on: it comes with {', '.join(needing)}."


def _changed_elsewhere(
    request: HttpRequest, user: User, form: TickForm, wanted: Tick, offer: Offer
) -> HttpResponseBase:
    now = _choices_of(user)
    can_change = _tickable(offer)
    saved = boxes_of(now, _saved(now, offer), catalogue) & can_change
    others = can_change - {wanted.name}
    changed = differences(form.boxes & others, saved & others, catalogue)
    if not changed and (wanted.name in saved) == wanted.is_on:
        return _told(request, user, {"toast": ""})
    title, position = title_of(wanted.name, catalogue), "on" if wanted.is_on else "off"
    what = f": {changed}" if changed else ""
    problem = (
        f"Your tools were changed in another tab or browser since this page was opened{what}. "
        f"“{title}” was not switched {position}. This is what is saved now."
    )
    return _drawn_anew(request, user, problem, 409)


def _tickable(offer: Offer) -> frozenset[str]:
    tools = (tool.name for tool in catalogue.tools if not tool.is_always_on)
    return frozenset(filter(offer.has_tool, tools)).union(TOOL_OPTIONS)


def _told(request: HttpRequest, user: User, toast: dict[str, str]) -> HttpResponseBase:
    """Answer with what is saved."""
    if not is_htmx(request):
        return redirect("accounts:tools")
    context = tools_context(request, user)
    rows = [row for group in context["tool_groups"] for row in group.rows]
    form = context["tools_form"]
    ticked = [row.tool.name for row in rows if row.is_ticked]
    options = [name for name in TOOL_OPTIONS if form[name].value()]
    response = render(request, "accounts/_ticked.html", {**context, "rows": rows, **toast})
    return trigger_client_event(response, "tools-saved", {"on": [*ticked, *options]})


def _drawn_anew(request: HttpRequest, user: User, problem: str, status: int) -> HttpResponse:
    section: dict[str, Any] = {**tools_context(request, user), "problem": problem}
    if not is_htmx(request):
        return render(request, "accounts/settings/tools.html", section, status=status)
    response = render(request, "accounts/_tools.html", section, status=status)
    return reswap(retarget(response, "#tools"), "outerHTML")
