"""Invitations: whom an admin lets in where ACCESS is `invited`."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.operators.access import INVITED, TooManyInvitations, invite, remove_invitation
from accounts.operators.bindings import people_bound_to
from accounts.operators.forms import NewSubjectForm, SubjectForm
from accounts.operators.models import Invitation, Role
from accounts.operators.roles import needs_role

PAGE_SIZE = 50


@require_http_methods(["GET", "POST"])
@needs_role(Role.ADMIN)
def invitations(request: HttpRequest, user: User) -> HttpResponse:
    if request.method == "GET":
        return _show(request, NewSubjectForm())
    form = NewSubjectForm(request.POST)
    if form.is_valid():
        word = form.cleaned_data["who"]
        try:
            is_new = invite(word, user)
        except TooManyInvitations:
            form.add_error("who", "As many are invited as can be.")
        else:
            said = f"{word} is invited." if is_new else f"{word} was invited already."
            messages.success(request, said)
            return redirect("operators:invitations")
    return _show(request, form, status=422)


def _show(request: HttpRequest, form: SubjectForm, status: int = 200) -> HttpResponse:
    after = request.GET.get("after", "")
    rows = Invitation.objects.select_related("made_by").order_by("subject")
    found = list(rows.filter(subject__gt=after)[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    held_by = people_bound_to([each.subject for each in shown])
    context = {
        "form": form,
        "invitations": [(each, held_by.get(each.subject)) for each in shown],
        "following": shown[-1].subject if len(found) > PAGE_SIZE else "",
        "is_first": not after,
        "counts": settings.ACCESS == INVITED,
        "of_setting": settings.ACCESS_ALLOWED,
    }
    return render(request, "operators/invitations.html", context, status=status)


@require_POST
@needs_role(Role.ADMIN)
def remove(request: HttpRequest, user: User) -> HttpResponse:
    form = SubjectForm(request.POST)
    if not form.is_valid() or not remove_invitation(form.cleaned_data["who"], user):
        raise Http404("Nobody of that name was invited.")
    messages.success(request, f"{form.cleaned_data['who']} is not invited any more.")
    return redirect("operators:invitations")
