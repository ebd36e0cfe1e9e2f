"""Groups: which there are; make, change and delete one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.catalogue import catalogue
from accounts.groups import changing
from accounts.groups.changing import NotChanged
from accounts.groups.forms import GroupForm
from accounts.groups.models import Group
from accounts.groups.reading import offer_of
from accounts.groups.shown import group_rows, people_concerned
from accounts.groups.words import offered_in_words
from accounts.models import User
from accounts.operators.models import Role
from accounts.operators.roles import needs_role


@require_safe
@needs_role(Role.ADMIN)
def group_list(request: HttpRequest, admin: User) -> HttpResponse:
    return render(request, "groups/list.html", {"rows": group_rows()})


@require_http_methods(["GET", "POST"])
@needs_role(Role.ADMIN)
def new(request: HttpRequest, admin: User) -> HttpResponse:
    if request.method == "GET":
        return _show(request, GroupForm(group=Group()))
    form = GroupForm(request.POST)
    if form.is_valid():
        try:
            group = changing.make(form.write_to(Group()), admin)
        except NotChanged as error:
            form.add_error(error.field, str(error))
        else:
            then = "" if group.is_for_others else " Add its members now."
            said = f"The group {group.name} is made, and offers {_offered_by(group)}.{then}"
            messages.success(request, said)
            return redirect("groups:group", group.pk)
    return _show(request, form, status=422)


@require_http_methods(["GET", "POST"])
@needs_role(Role.ADMIN)
def edit(request: HttpRequest, admin: User, group_id: int) -> HttpResponse:
    group = find_group(group_id)
    if request.method == "GET":
        return _show(request, GroupForm(group=group), group)
    form = GroupForm(request.POST, group=group)
    if form.is_valid():
        changed = form.write_to(find_group(group_id))
        try:
            changing.change(changed, admin)
        except NotChanged as error:
            form.add_error(error.field, str(error))
        else:
            said = "The group is saved, and holds within two seconds."
            messages.success(request, f"{said} It offers {_offered_by(changed)}.")
            return redirect("groups:group", group_id)
    return _show(request, form, group, status=422)


@require_http_methods(["GET", "POST"])
@needs_role(Role.ADMIN)
def delete(request: HttpRequest, admin: User, group_id: int) -> HttpResponse:
    group = find_group(group_id)
    if request.method == "GET":
        context = {"group": group, "people": len(people_concerned()[group.pk])}
        return render(request, "groups/delete.html", context)
    changing.delete(group, admin)
    messages.success(request, f"The group {group.name} is deleted.")
    return redirect("groups:list")


def find_group(group_id: int) -> Group:
    """Raises Http404."""
    group = Group.objects.select_related("made_by").filter(pk=min(group_id, 2**62)).first()
    if group is None:
        raise Http404("There is no such group.")
    return group


def _offered_by(group: Group) -> str:
    return offered_in_words(offer_of([group]), catalogue)


def _show(
    request: HttpRequest, form: GroupForm, group: Group | None = None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "group": group}
    return render(request, "groups/edit.html", context, status=status)
