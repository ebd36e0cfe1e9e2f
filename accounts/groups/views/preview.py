"""What one person would have: their groups, and what these leave of their choices."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.audit import Action
from accounts.groups.forms import PersonForm
from accounts.groups.shown import preview_of
from accounts.models import User
from accounts.operators.models import Role
from accounts.operators.roles import needs_role
from accounts.people import find_people


@require_safe
@needs_role(Role.ADMIN)
def preview(request: HttpRequest, admin: User) -> HttpResponse:
    """`?who=` says whose."""
    if "who" not in request.GET:
        return render(request, "groups/preview.html", {"form": PersonForm()})
    form = PersonForm(request.GET)
    person = _find(form)
    context: dict[str, Any] = {"form": form}
    if person is not None:
        audit.record(Action.AUDIT_READ, admin, detail={"person": person.pk})
        context |= {"person": person, "preview": preview_of(person)}
    return render(request, "groups/preview.html", context, status=200 if person else 422)


def _find(form: PersonForm) -> User | None:
    if not form.is_valid():
        return None
    found = find_people(form.cleaned_data["who"])
    if len(found) == 1:
        return found[0]
    several = "Several people had this name: use id:…."
    form.add_error("who", several if found else "Nobody of this name or id has signed in here.")
    return None
