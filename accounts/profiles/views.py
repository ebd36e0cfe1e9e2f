"""The page of profiles: which there are, make, rename and delete one, and what opens which."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.authorization import connections
from accounts.models import User
from accounts.posting import post_or_back_to
from accounts.profiles import changing
from accounts.profiles.changing import ProfileProblem, profile_called
from accounts.profiles.editing import edit
from accounts.profiles.shown import profiles_context
from accounts.signed_in import for_users

LARGEST_ID = 2**62


@require_http_methods(["GET", "POST"])
@for_users
def profiles(request: HttpRequest, user: User) -> HttpResponseBase:
    """Show them; or make one, empty or as a copy."""
    if request.method == "GET":
        return show(request, user)
    name, source = request.POST.get("name", "").strip(), request.POST.get("source", "")

    def make() -> str:
        if source == "default":
            made = changing.copy_default(user, name)
        else:
            made = changing.create_profile(user, name, _number(source))
        edit(request, made)
        return f"The profile {made.name} is made, and the pages of tools and Spaces are about it."

    return _do(request, user, make, typed=name)


@require_POST
@for_users
def edit_profile(request: HttpRequest, user: User, name: str) -> HttpResponseBase:
    """Choose what the pages of tools and Spaces are about."""
    try:
        profile = profile_called(user, name)
    except ProfileProblem as error:
        raise Http404(str(error)) from error
    edit(request, profile)
    return redirect("accounts:settings")


@post_or_back_to("profiles:list")
@for_users
def rename(request: HttpRequest, user: User, profile_id: int) -> HttpResponseBase:
    name = request.POST.get("name", "").strip()

    def do() -> str:
        changing.rename_profile(user, profile_id, name)
        return f"It is called {name} now. Clients at its old address need the new one."

    return _do(request, user, do, renamed=profile_id, new_name=name)


@post_or_back_to("profiles:list")
@for_users
def set_default(request: HttpRequest, user: User, profile_id: int) -> HttpResponseBase:
    def do() -> str:
        changing.make_default(user, profile_id)
        return "It is the main profile now: your address without a profile’s name serves it."

    return _do(request, user, do)


@post_or_back_to("profiles:list")
@for_users
def delete(request: HttpRequest, user: User, profile_id: int) -> HttpResponseBase:
    def do() -> str:
        changing.delete_profile(user, profile_id)
        if user.edited_profile_id == profile_id:
            edit(request, None)
        return "The profile is deleted. Its address serves nobody any more."

    return _do(request, user, do)


@post_or_back_to("profiles:list")
@for_users
def bind_key(request: HttpRequest, user: User, key_id: int) -> HttpResponseBase:
    return _bind(request, user, changing.bind_key, key_id)


@post_or_back_to("profiles:list")
@for_users
def bind_app(request: HttpRequest, user: User, connection_id: int) -> HttpResponseBase:
    return _bind(request, user, connections.bind_app, connection_id)


Bind = Callable[[User, int, int | None], bool]


def _bind(request: HttpRequest, user: User, bind: Bind, number: int) -> HttpResponseBase:
    profile_id = _number(request.POST.get("profile", ""))

    def do() -> str:
        if not bind(user, min(number, LARGEST_ID), profile_id):
            raise Http404("You have no such key or app.")
        return "It opens this one profile now." if profile_id else "It opens each profile now."

    return _do(request, user, do)


def _number(text: str) -> int | None:
    """Return the number of a profile, 0 for what nobody has, None for none."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _do(
    request: HttpRequest, user: User, change: Callable[[], str], **shown: Any
) -> HttpResponseBase:
    """Change something, and say so or why not."""
    try:
        said = change()
    except changing.NoSuchProfile as error:
        raise Http404(str(error)) from error
    except ProfileProblem as error:
        return show(request, user, status=422, problem=str(error), **shown)
    messages.success(request, said)
    return redirect("profiles:list")


def show(request: HttpRequest, user: User, status: int = 200, **shown: Any) -> HttpResponse:
    context = {**profiles_context(request, user), **shown}
    return render(request, "profiles/list.html", context, status=status)
