"""One person, for admins: what is known of them, and what can be done."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit
from accounts.access_keys import revoke_all_access_keys
from accounts.audit import Action
from accounts.authorization.connections import sign_out_everywhere
from accounts.groups.shown import groups_of
from accounts.models import User
from accounts.operators.bindings import own_word
from accounts.operators.forms import OwnRoleForm
from accounts.operators.models import Role
from accounts.operators.people_shown import details_of
from accounts.operators.role_sources import said_now
from accounts.operators.roles import TooManyGrants, give_role, needs_role, take_role


@require_safe
@needs_role(Role.ADMIN)
def person(request: HttpRequest, admin: User, user_id: int) -> HttpResponse:
    user = _find(user_id)
    details = details_of(user)
    audit.record(Action.AUDIT_READ, admin, detail={"person": user.pk})
    form = OwnRoleForm(initial={"role": details.standing.own_role or ""}, label_suffix="")
    groups = groups_of(user)
    context = {"person": user, "details": details, "form": form, "groups": groups}
    return render(request, "operators/person.html", context)


@require_POST
@needs_role(Role.ADMIN)
def change_role(request: HttpRequest, admin: User, user_id: int) -> HttpResponse:
    user = _find(user_id)
    form = OwnRoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "There is no such role.")
        return redirect("operators:person", user_id)
    try:
        if role := form.cleaned_data["role"]:
            give_role(own_word(user), role, admin)
        else:
            take_role(own_word(user), admin)
    except TooManyGrants:
        messages.error(request, "As many roles are given as there can be.")
    else:
        messages.success(request, said_now(user))
    return redirect("operators:person", user_id)


@require_http_methods(["GET", "POST"])
@needs_role(Role.ADMIN)
def sign_out(request: HttpRequest, admin: User, user_id: int) -> HttpResponse:
    user = _find(user_id)
    if request.method == "GET":
        return render(request, "operators/sign_out.html", {"person": user})
    if request.POST.get("revoke_keys"):
        revoke_all_access_keys(user)
    sign_out_everywhere(user, detail={"by": "an admin"})
    audit.record(Action.SESSIONS_ENDED, admin, detail={"of": user.username, "id": user.hf_id})
    messages.success(request, f"{user.username} is signed out everywhere.")
    return redirect("operators:person", user_id)


def _find(user_id: int) -> User:
    user = User.objects.filter(pk=min(user_id, 2**62), hf_id__isnull=False).first()
    if user is None:
        raise Http404("There is no such person.")
    return user
