"""The page of one call that waits for its person: nobody else gets to see it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.approval_pages import card_of
from accounts.approvals import decide, own_approval
from accounts.models import User
from accounts.signed_in import for_users

SAID = {
    True: "Approved. Tell your assistant to go on: the call can be made now, once.",
    False: "Refused. The call is not made.",
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
    messages.success(request, SAID[is_approved])
    if request.POST.get("from") == "settings":
        return redirect(reverse("accounts:settings"))
    return redirect("accounts:approval", approval_id)


def _show(request: HttpRequest, user: User, approval_id: str, status: int = 200) -> HttpResponse:
    row = own_approval(user, approval_id)
    if row is None:
        raise Http404("You have no such approval.")
    return render(request, "accounts/approval.html", {"card": card_of(row)}, status=status)
