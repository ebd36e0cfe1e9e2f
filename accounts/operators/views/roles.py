"""Roles: who has one, and why; give one, take one away."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.operators.bindings import people_bound_to
from accounts.operators.forms import RoleForm, SubjectForm
from accounts.operators.models import Role, RoleGrant
from accounts.operators.roles import MAX_GRANTS, TooManyGrants, give_role, needs_role, take_role


@require_http_methods(["GET", "POST"])
@needs_role(Role.ADMIN)
def roles(request: HttpRequest, user: User) -> HttpResponse:
    if request.method == "GET":
        return _show(request, RoleForm())
    form = RoleForm(request.POST)
    if form.is_valid():
        word, role = form.cleaned_data["who"], form.cleaned_data["role"]
        try:
            give_role(word, role, user)
        except TooManyGrants:
            form.add_error("who", "As many roles are given as there can be.")
        else:
            messages.success(request, f"{word} has the role {role.label} now.")
            return redirect("operators:roles")
    return _show(request, form, status=422)


def _show(request: HttpRequest, form: RoleForm, status: int = 200) -> HttpResponse:
    grants = list(RoleGrant.objects.select_related("made_by").order_by("-role", "subject"))
    held_by = people_bound_to([grant.subject for grant in grants[:MAX_GRANTS]])
    context = {
        "form": form,
        "grants": [(grant, held_by.get(grant.subject)) for grant in grants],
        "of_setting": settings.ADMIN_HF_USERS,
    }
    return render(request, "operators/roles.html", context, status=status)


@require_POST
@needs_role(Role.ADMIN)
def take(request: HttpRequest, user: User) -> HttpResponse:
    form = SubjectForm(request.POST)
    if not form.is_valid() or not take_role(form.cleaned_data["who"], user):
        raise Http404("No such role was given.")
    messages.success(request, f"{form.cleaned_data['who']} has no role any more.")
    return redirect("operators:roles")
