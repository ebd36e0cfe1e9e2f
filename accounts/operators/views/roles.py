"""Roles: who has one, and why; give one, take one away."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.operators.bindings import people_bound_to, words_of_users
from accounts.operators.forms import RoleForm, SubjectForm
from accounts.operators.models import Role, RoleGrant
from accounts.operators.role_sources import said_now
from accounts.operators.roles import MAX_GRANTS, TooManyGrants, give_role, needs_role, take_role
from accounts.operators.waiting_words import waits_for


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
            messages.success(request, _said_of(word, role))
            return redirect("operators:roles")
    return _show(request, form, status=422)


def _said_of(word: str, role: Role) -> str:
    if wait := waits_for([word]).get(word):
        return f"{word} is given the role {role.label}: {wait}."
    person = people_bound_to([word]).get(word)
    if person is None:
        return f"{word} has the role {role.label} now."
    return said_now(person)


def _show(request: HttpRequest, form: RoleForm, status: int = 200) -> HttpResponse:
    rows = RoleGrant.objects.select_related("made_by").order_by("-role", "subject")
    grants = list(rows[:MAX_GRANTS])
    words = [grant.subject for grant in grants]
    held_by, waits = people_bound_to(words), waits_for(words)
    context = {
        "form": form,
        "grants": [
            (grant, held_by.get(grant.subject), waits.get(grant.subject)) for grant in grants
        ],
        "of_setting": settings.ADMIN_HF_USERS,
    }
    return render(request, "operators/roles.html", context, status=status)


@require_http_methods(["GET", "POST"])
@needs_role(Role.ADMIN)
def take(request: HttpRequest, user: User) -> HttpResponse:
    """Ask first: `?who=` says whose role."""
    form = SubjectForm(request.GET if request.method == "GET" else request.POST)
    word = form.cleaned_data["who"] if form.is_valid() else ""
    grant = RoleGrant.objects.filter(subject=word).first()
    if grant is None:
        raise Http404("No such role was given.")
    person = people_bound_to([word]).get(word)
    if request.method == "GET":
        is_own = word in words_of_users({user.pk: user.hf_id or ""})[user.pk]
        context = {"grant": grant, "person": person, "is_own": is_own}
        return render(request, "operators/take_role.html", context)
    if take_role(word, user):
        taken = f"The role {grant.get_role_display()} of {word} is taken away."
        messages.success(request, f"{taken} {said_now(person)}" if person else taken)
    return redirect("operators:roles")
