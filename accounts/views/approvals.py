"""Calls that wait for their person, all and one by one, and what they want to be asked about."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.approval_pages import approvals_context, card_of, choices_context
from accounts.approvals import decide, own_approval, refuse_all, shown
from accounts.forms import ApprovalsForm
from accounts.groups.reading import approvals_of, offer_to
from accounts.models import Approval, User
from accounts.preferences import SelectionChanged, save_approvals
from accounts.signed_in import for_users, is_htmx

SAID = {
    True: "Approved: {}. If your assistant does not go on by itself, tell it to.",
    False: "Refused: {}. The call is not made.",
}
NOT_DECIDED = (
    "Nothing was changed: this was decided elsewhere meanwhile, it is too late, or you have chosen "
    "that it is never done. Here is how it stands."
)


CHANGED_MEANWHILE = (
    "This was changed in another tab or browser since this page was opened. What you chose here is "
    "not saved yet; save once more to replace what is saved."
)


@require_http_methods(["GET", "POST"])
@for_users
def approvals(request: HttpRequest, user: User) -> HttpResponseBase:
    """Show what waits and what is asked about, which is saved where it is posted."""
    if request.method == "POST":
        return _save(request, user)
    context = {**approvals_context(user), **choices_context(user)}
    return render(request, "accounts/settings/approvals.html", context)


def _save(request: HttpRequest, user: User) -> HttpResponseBase:
    form = ApprovalsForm(request.POST)
    if form.is_valid():
        form.keep_within(offer_to(user))
    if form.errors:
        return _show_choices(request, user, choices_context(user, form), 422)
    version = form.cleaned_data["version"] or None
    try:
        save_approvals(user, form.approvals, version=version)
    except SelectionChanged:
        section = {**choices_context(user, form), "problem": CHANGED_MEANWHILE}
        return _show_choices(request, user, section, 409)
    said = "What you are asked about is saved."
    if is_htmx(request):
        return _show_choices(request, user, {**choices_context(user), "toast": said})
    messages.success(request, said)
    return redirect("accounts:approvals")


def _show_choices(
    request: HttpRequest, user: User, section: dict[str, Any], status: int = 200
) -> HttpResponse:
    if is_htmx(request):
        return render(request, "accounts/_approval_choices.html", section, status=status)
    context = {**approvals_context(user), **section}
    return render(request, "accounts/settings/approvals.html", context, status=status)


@require_http_methods(["GET", "POST"])
@for_users
def approval(request: HttpRequest, user: User, approval_id: str) -> HttpResponseBase:
    row = own_approval(user, approval_id)
    if row is None:
        raise Http404("You have no such approval.")
    if request.method == "POST":
        return _decide(request, user, row)
    return _show(request, user, approval_id)


def _decide(request: HttpRequest, user: User, row: Approval) -> HttpResponseBase:
    decision = request.POST.get("decision")
    if decision not in ("approve", "refuse"):
        return HttpResponse("Approve or refuse?", status=400, content_type="text/plain")
    is_approved = decision == "approve"
    forbidden = approvals_of(user).forbidden(shown(row).kinds)
    seen = request.POST.get("seen", "")
    is_done = not (is_approved and forbidden)
    is_done = is_done and decide(user, row.pk, is_approved=is_approved, seen=seen)
    said = SAID[is_approved].format(shown(row).title) if is_done else NOT_DECIDED
    if request.POST.get("from") == "settings":
        return _tell(request, user, said, is_done=is_done)
    if not is_done:
        return _show(request, user, row.pk, status=409, notice=NOT_DECIDED)
    messages.success(request, said)
    return redirect("accounts:approval", row.pk)


@require_POST
@for_users
def refuse_all_waiting(request: HttpRequest, user: User) -> HttpResponseBase:
    """Refuse what the page showed: a call that came since has not been seen."""
    refused = refuse_all(user, frozenset(request.POST.getlist("id")))
    calls = "1 call is" if refused == 1 else f"{refused} calls are"
    return _tell(request, user, f"Refused: {calls} not made.")


def _tell(request: HttpRequest, user: User, said: str, *, is_done: bool = True) -> HttpResponseBase:
    if is_htmx(request):
        return render(request, "accounts/_waiting.html", {**approvals_context(user), "toast": said})
    messages.add_message(request, messages.SUCCESS if is_done else messages.WARNING, said)
    return redirect("accounts:approvals")


def _show(
    request: HttpRequest, user: User, approval_id: str, status: int = 200, notice: str = ""
) -> HttpResponse:
    row = own_approval(user, approval_id)
    if row is None:
        raise Http404("You have no such approval.")
    card = card_of(row, approvals_of(user))
    context = {"card": card, "notice": notice}
    return render(request, "accounts/approval.html", context, status=status)
