"""The page of one call that waits for its person: nobody else gets to see it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.approval_pages import approvals_context, card_of
from accounts.approvals import decide, own_approval, refuse_all, shown
from accounts.groups.reading import approvals_of
from accounts.models import Approval, User
from accounts.signed_in import for_users, is_htmx

SAID = {
    True: "Approved: {}. If your assistant does not go on by itself, tell it to.",
    False: "Refused: {}. The call is not made.",
}
NOT_DECIDED = (
    "Nothing was changed: this was decided elsewhere meanwhile, it is too late, or you have chosen "
    "that it is never done. Here is how it stands."
)


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
    return redirect(reverse("accounts:settings") + "#approvals")


def _show(
    request: HttpRequest, user: User, approval_id: str, status: int = 200, notice: str = ""
) -> HttpResponse:
    row = own_approval(user, approval_id)
    if row is None:
        raise Http404("You have no such approval.")
    card = card_of(row, approvals_of(user))
    context = {"card": card, "notice": notice}
    return render(request, "accounts/approval.html", context, status=status)
