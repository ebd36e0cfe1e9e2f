"""The page of one call that waits for its person: nobody else gets to see it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from accounts.approval_pages import card_of
from accounts.approvals import decide, own_approval, refuse_all, shown, waiting_approvals
from accounts.models import User
from accounts.preferences import load_preferences
from accounts.signed_in import for_users

SAID = {
    True: "Approved: {}. If your assistant does not go on by itself, tell it to: the call can be "
    "made now, once.",
    False: "Refused: {}. The call is not made.",
}


@require_http_methods(["GET", "POST"])
@for_users
def approval(request: HttpRequest, user: User, approval_id: str) -> HttpResponseBase:
    row = own_approval(user, approval_id)
    if row is None:
        raise Http404("You have no such approval.")
    if request.method == "POST":
        return _decide(request, user, approval_id)
    return _show(request, user, approval_id)


def _decide(request: HttpRequest, user: User, approval_id: str) -> HttpResponseBase:
    decision = request.POST.get("decision")
    if decision not in ("approve", "refuse"):
        return HttpResponse("Approve or refuse?", status=400, content_type="text/plain")
    is_approved = decision == "approve"
    if not decide(user, approval_id, is_approved=is_approved):
        return _show(request, user, approval_id, status=409)
    row = own_approval(user, approval_id)
    said = format_html(SAID[is_approved], shown(row).title if row else "")
    if request.POST.get("from") != "settings":
        messages.success(request, said)
        return redirect("accounts:approval", approval_id)
    page = reverse("accounts:approval", args=[approval_id])
    messages.success(request, format_html('{} <a href="{}">Change it</a>', said, page))
    return redirect(
        reverse("accounts:settings") + ("#approvals" if waiting_approvals(user) else "")
    )


@require_POST
@for_users
def refuse_all_waiting(request: HttpRequest, user: User) -> HttpResponseBase:
    refused = refuse_all(user)
    calls = "1 call is" if refused == 1 else f"{refused} calls are"
    messages.success(request, f"Refused: {calls} not made.")
    return redirect("accounts:settings")


def _show(request: HttpRequest, user: User, approval_id: str, status: int = 200) -> HttpResponse:
    row = own_approval(user, approval_id)
    if row is None:
        raise Http404("You have no such approval.")
    choices = load_preferences(user.pk).approvals
    context = {"card": card_of(row), "is_forbidden": bool(choices.forbidden(shown(row).kinds))}
    return render(request, "accounts/approval.html", context, status=status)
