"""One group: what holds for its members, who they are, add some, remove one."""

from collections import defaultdict

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.catalogue import catalogue
from accounts.groups import changing
from accounts.groups.changing import NotChanged
from accounts.groups.forms import MembersForm
from accounts.groups.models import Group
from accounts.groups.reading import offer_of, rules_of
from accounts.groups.shown import (
    approvals_in_words,
    left_out_at_first,
    limits_in_words,
    member_rows,
    people_concerned,
)
from accounts.groups.views.groups import find_group
from accounts.groups.words import listed
from accounts.models import User
from accounts.operators.forms import SubjectForm
from accounts.operators.models import Role
from accounts.operators.roles import needs_role
from accounts.operators.waiting_words import waits_for

PAGE_SIZE = 50


@require_http_methods(["GET", "POST"])
@needs_role(Role.ADMIN)
def group(request: HttpRequest, admin: User, group_id: int) -> HttpResponse:
    """Show a group; or add members to it."""
    found = find_group(group_id)
    if request.method == "GET":
        return _show(request, found, MembersForm())
    form = MembersForm(request.POST)
    if form.is_valid():
        try:
            new = changing.add_members(found, form.cleaned_data["who"], admin)
        except NotChanged as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _said_of(new))
            return redirect("groups:group", group_id)
    return _show(request, found, form, status=422)


def _said_of(new: list[str]) -> str:
    """Name those that mean nobody here yet: one may be a typing error."""
    if not new:
        return "They were in the group already."
    waiting: dict[str, list[str]] = defaultdict(list)
    for word, wait in waits_for(new).items():
        waiting[wait].append(word)
    said = [f"{new[0]} is added." if len(new) == 1 else f"{len(new)} are added."]
    said += [f"{wait[0].upper()}{wait[1:]}: {listed(words)}." for wait, words in waiting.items()]
    return " ".join(said)


def _show(request: HttpRequest, group: Group, form: MembersForm, status: int = 200) -> HttpResponse:
    after = request.GET.get("after", "")
    words = group.members.order_by("subject").values_list("subject", flat=True)
    found = list(words.filter(subject__gt=after)[: PAGE_SIZE + 1])
    shown, rules = found[:PAGE_SIZE], rules_of(group)
    titles = {tool.name: tool.title for tool in catalogue.tools}
    context = {
        "group": group,
        "form": form,
        "members": member_rows(shown),
        "following": shown[-1] if len(found) > PAGE_SIZE else "",
        "is_first": not after,
        "people": len(people_concerned()[group.pk]),
        "tools": _titles(group.tools, titles),
        "default_tools": _titles(group.default_tools, titles),
        "limits": limits_in_words(rules.limits),
        "approvals": approvals_in_words(rules.least.as_words()),
        "left_out": left_out_at_first(offer_of([group])),
    }
    return render(request, "groups/group.html", context, status=status)


def _titles(names: list[str] | None, titles: dict[str, str]) -> list[str] | None:
    return None if names is None else [titles.get(name, name) for name in names]


@require_POST
@needs_role(Role.ADMIN)
def remove(request: HttpRequest, admin: User, group_id: int) -> HttpResponse:
    found, form = find_group(group_id), SubjectForm(request.POST)
    word = form.cleaned_data["who"] if form.is_valid() else ""
    if not changing.remove_member(found, word, admin):
        raise Http404("Nobody of that name is in this group.")
    messages.success(request, f"{word} is not in this group any more.")
    return redirect("groups:group", group_id)
